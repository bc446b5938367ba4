/// Where a session stands between statements (ReadyForQuery).
public enum TransactionStatus: UInt8, Hashable, Sendable {
    /// In no transaction.
    case idle = 0x49  // I
    /// In a transaction that BEGIN opened.
    case inTransaction = 0x54  // T
    /// In one that has failed: all but its end is refused.
    case failed = 0x45  // E

    init(parsing body: Span<UInt8>) throws(WireFault) {
        guard body.count == 1, let status = TransactionStatus(rawValue: body[0]) else {
            throw .malformed(type: BackendMessageType.readyForQuery.rawValue)
        }
        self = status
    }
}
