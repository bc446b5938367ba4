public import Diagnostics
import PostgresWire
import Store

extension PoolAccess {
    /// Makes the log and the triggers of these tables be what they should, at start-up and whenever
    /// the tables have changed. Blocks; waits for other nodes that do the same.
    ///
    /// - Parameter lost: told what had gone, once it is there again.
    /// - Returns: the newest cut there is then: whoever follows the changes behind it misses none
    ///   of those to come.
    /// - Throws: `capture_failed` where a table or a right is missing, or what the connection
    ///   fails with.
    @discardableResult
    public func setUpCapture(
        _ models: [CapturedModel], in space: LogSpace = LogSpace(), _ scope: CaptureScope = .all,
        lost: (CaptureLoss) -> Void = { _ in }
    ) throws(Problem) -> Cut {
        let connection = try told { () throws(UnitFailure) in
            try borrow(within: CaptureLimits.feedTimeout)
        }
        defer { connection.giveBack(.closed) }
        let session = BlockingSession(connection)
        var setup = CaptureSetup(models, in: space, scope, jitter: .random(in: 0...1))
        var action = setup.start()
        var statement = ""
        while true {
            switch action {
            case .run(let sql):
                do throws(DatabaseError) {
                    action = setup.ran(try session.run(sql))
                } catch {
                    if case .unreachable = error { throw Problem(error) }
                    guard let state = session.lastError?.sqlState else { throw Problem(error) }
                    // What undoes a failed one says nothing.
                    if sql != "ROLLBACK" { statement = sql }
                    action = setup.failed(state)
                }
            case .wait(let pause):
                MigrationPause.make(milliseconds: UInt64(pause / .milliseconds(1)))
                action = setup.waited()
            case .finished:
                for loss in setup.losses { lost(loss) }
                return try connection.newestCut(in: space)
            case .failed(let fault): throw Problem(fault, session.lastError, in: statement)
            }
        }
    }
}

/// Words what a connection fails with.
private func told<R>(_ work: () throws(UnitFailure) -> R) throws(Problem) -> R {
    do throws(UnitFailure) {
        return try work()
    } catch {
        throw Problem(DatabaseError(error))
    }
}

extension ExclusiveConnection {
    fileprivate func newestCut(in space: LogSpace) throws(Problem) -> Cut {
        let statement = ChangeStatements(space).newestCut
        let found = FoundCut()
        _ = try told { () throws(UnitFailure) in
            try run(
                .reads, within: CaptureLimits.feedTimeout, row: { found.cut = try? Cut($1) }
            ) { session, unit throws(FormatFault) in
                session.execute(statement, in: unit, columns: .never)
            }
        }
        guard let cut = found.cut else {
            throw .captureFailed(because: "its log has no cut that can be read")
        }
        return cut
    }
}

/// Takes a row on the loop, while the thread that asked waits.
private final class FoundCut {
    var cut: Cut?
}

extension Problem {
    init(_ fault: CaptureSetupFault, _ error: ServerError?, in statement: String) {
        switch fault {
        case .missingTables(let names):
            let list = names.map { "'\($0)'" }.joined(separator: ", ")
            self = .captureFailed(
                because: "it has no table \(list)", hint: "Apply the migrations first.")
        case .missingColumn(let column, let table):
            self = .captureFailed(
                because: "its table '\(table)' has no column '\(column)'",
                hint: "Apply the migrations first.")
        case .newerVersion(let version):
            self = .captureFailed(
                because: "its log is of version \(version), which is later than this program",
                hint: "Start the program that has made it, or a later one.")
        case .server(let state):
            self = .captureFailed(
                because: "\(error?.message ?? "a statement failed") (\(state))",
                details: error?.detail,
                hint: state == .insufficientPrivilege ? Self.missingRight(for: statement) : nil)
        case .outOfStep: self = .captureFailed(because: "its set-up is out of step")
        }
    }

    /// What the role must be given, by how the statement begins that it was refused.
    private static func missingRight(for statement: String) -> String {
        let rights = [
            ("CREATE SCHEMA", "Grant the role CREATE on the database, or make it the schema."),
            ("CREATE OR REPLACE TRIGGER", ofTables), ("ALTER TABLE", ofTables),
            ("DROP TRIGGER", ofTables),
        ]
        return rights.first { statement.hasPrefix($0.0) }?.1
            ?? "Make the role the owner of the log's schema and of all that is in it."
    }

    private static let ofTables =
        "Make the role the owner of the table: its changes are captured by triggers that must "
        + "always fire."

    static func captureFailed(
        because reason: String, details: String? = nil, hint: String? = nil
    ) -> Problem {
        Problem(
            code: "capture_failed", status: 500,
            message: "The changes of this database cannot be captured: \(reason).",
            details: details, hint: hint)
    }
}
