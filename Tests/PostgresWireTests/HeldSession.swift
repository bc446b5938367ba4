import Bytes

@testable import PostgresWire

extension PostgresSession {
    /// Whether somebody else may use the session: nothing is in flight, no transaction is open, no
    /// cancellation may still hit it, and its settings are ours.
    var isReusable: Bool {
        isReady && unitsInFlight == 0 && transactionStatus == .idle && !awaitsCancelEnd
            && !isForeign
    }
}

/// A session in a place of its own: expectations do not take values that cannot be copied.
final class HeldSession {
    var session: PostgresSession

    init(_ configuration: SessionConfiguration) { session = PostgresSession(configuration) }

    /// Takes bytes; what happened, in words.
    func hear(_ bytes: [UInt8]) -> [String] {
        session.receive(bytes.span)
        var told: [String] = []
        while let event = session.next() { told.append(session.describe(event)) }
        return told
    }

    /// All that waits to be sent.
    func said() -> [UInt8] {
        var bytes: [UInt8] = []
        session.takeOutput { bytes.append(span: $0) }
        return bytes
    }

    /// The types of the messages that wait to be sent.
    func saidTypes() -> String { messageTypes(said()) }

    // MARK: What a session does

    var hasOutput: Bool { session.hasOutput }
    var isReady: Bool { session.isReady }
    var isReusable: Bool { session.isReusable }
    var isForeign: Bool { session.isForeign }
    var preparesByName: Bool { session.preparesByName }
    var unitsInFlight: Int { session.unitsInFlight }
    var cancelKey: CancelKey? { session.cancelKey }
    func knows(_ shape: StatementShape) -> Bool { session.knows(shape) }
    func setting(_ name: String) -> String? { session.setting(name) }
    func takesCopyData(_ unit: UnitID) -> Bool { session.takesCopyData(unit) }

    func begin() -> UnitID { session.begin() }
    func sync(_ unit: UnitID) { session.sync(unit) }
    func query(_ sql: String) -> UnitID { session.query(sql) }
    func close(portal: String, in unit: UnitID) { session.close(portal: portal, in: unit) }
    func withdraw(_ unit: UnitID) { session.withdraw(unit) }
    func stopPreparingByName() { session.stopPreparingByName() }
    func connectionEnded(sentCount: Int? = nil) { session.connectionEnded(sentCount: sentCount) }
    func terminate() { session.terminate() }
    func provide(_ keys: SCRAMKeys) { session.provide(keys) }
    func requestCancel() -> [UInt8]? { session.requestCancel() }
    func cancelEnded() { session.cancelEnded() }
    func beginCopy(_ shape: StatementShape) -> UnitID { session.beginCopy(shape) }
    func copy(_ bytes: [UInt8], to unit: UnitID) { session.copy(bytes.span, to: unit) }
    func endCopy(_ unit: UnitID) { session.endCopy(unit) }
    func failCopy(_ unit: UnitID, reason: String) { session.failCopy(unit, reason: reason) }

    @discardableResult
    func execute<Fault: Error>(
        _ shape: StatementShape, in unit: UnitID, portal: String = "", rowsMax: Int32 = 0,
        columns: ColumnsWanted = .whenParsed, _ fields: (inout FieldWriter) throws(Fault) -> Void
    ) throws(Fault) -> Step? {
        try session.execute(
            shape, in: unit, portal: portal, rowsMax: rowsMax, columns: columns, fields)
    }

    @discardableResult
    func execute(
        _ shape: StatementShape, in unit: UnitID, portal: String = "", rowsMax: Int32 = 0,
        columns: ColumnsWanted = .whenParsed
    ) -> Step? {
        session.execute(shape, in: unit, portal: portal, rowsMax: rowsMax, columns: columns)
    }

    @discardableResult
    func resume(portal: String, in unit: UnitID, rowsMax: Int32 = 0) -> Step? {
        session.resume(portal: portal, in: unit, rowsMax: rowsMax)
    }

    func copyRow<Fault: Error>(
        to unit: UnitID, _ fields: (inout FieldWriter) throws(Fault) -> Void
    ) throws(Fault) {
        try session.copyRow(to: unit, fields)
    }
}
