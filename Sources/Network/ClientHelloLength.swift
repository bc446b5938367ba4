/// Reads how long a client says that its ClientHello is, from the bytes as they come.
///
/// The library makes room for the whole of it as soon as it has seen the length, up to 128 KiB for
/// each connection, whoever it is. Clients send some 2 KiB; whoever announces more than `max` is
/// not answered. There may be a second one behind a HelloRetryRequest (RFC 8446 §4.1.2).
struct ClientHelloLength {
    private enum Place {
        /// In the header of a record (RFC 8446 §5.1), of which so many bytes have come.
        case recordHeader(Int)
        case payload
    }

    private static let changeCipherSpec: UInt8 = 20
    private static let handshake: UInt8 = 22
    private static let clientHello: UInt8 = 1

    private let max: Int
    private var place = Place.recordHeader(0)
    private var recordType: UInt8 = 0
    /// Bytes that the record has yet.
    private var recordLeft = 0
    /// The header of a handshake message (RFC 8446 §4), as far as it has come, and bytes that its
    /// message has yet.
    private var messageHeader: [UInt8] = []
    private var messageLeft = 0
    /// Whether there is nothing more to look for: what follows is encrypted.
    private(set) var isOver = false
    /// Whether a longer one has been announced.
    private(set) var isExceeded = false

    /// - Parameter max: Bytes that it may have.
    init(max: Int) { self.max = max }

    /// Looks at bytes that have come.
    ///
    /// - Parameter isOlder: Whether TLS 1.2 has been agreed upon: what follows the client's change
    ///   of the cipher is encrypted then, and may look like anything.
    mutating func read(_ bytes: UnsafeRawBufferPointer, isOlder: Bool) {
        var index = 0
        while index < bytes.count, !isOver, !isExceeded {
            switch place {
            case .recordHeader(let count):
                readHeader(unsafe bytes[index], at: count, isOlder: isOlder)
                index += 1
            case .payload:
                let count = min(recordLeft, bytes.count - index)
                if recordType == Self.handshake {
                    for offset in index..<(index + count) where !isExceeded {
                        readMessage(unsafe bytes[offset])
                    }
                }
                index += count
                recordLeft -= count
                if recordLeft == 0 { place = .recordHeader(0) }
            }
        }
    }

    private mutating func readHeader(_ byte: UInt8, at count: Int, isOlder: Bool) {
        switch count {
        case 0:
            recordType = byte
            // What is no record of TLS is the library's to refuse.
            if !(20...24).contains(byte) || isOlder && byte == Self.changeCipherSpec {
                isOver = true
            }
        case 3: recordLeft = Int(byte) << 8
        case 4: recordLeft |= Int(byte)
        default: break
        }
        place = count == 4 && recordLeft > 0 ? .payload : .recordHeader((count + 1) % 5)
    }

    private mutating func readMessage(_ byte: UInt8) {
        if messageLeft > 0 {
            messageLeft -= 1
            return
        }
        messageHeader.append(byte)
        guard messageHeader.count == 4 else { return }
        messageLeft = messageHeader[1...].reduce(0) { $0 << 8 | Int($1) }
        isExceeded = messageHeader[0] == Self.clientHello && messageLeft > max
        messageHeader.removeAll(keepingCapacity: true)
    }
}
