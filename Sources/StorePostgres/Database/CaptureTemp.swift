import PostgresWire
public import Diagnostics
public import Store

extension PoolAccess {
    func setUpCapture(_ models: [CapturedModel], in space: LogSpace) throws(Problem) {
        let session = try MigrationSession.borrow(from: self)
        defer { session.close() }
        var setup = CaptureSetup(models, in: space, jitter: .random(in: 0...1))
        var action = setup.start()
        while true {
            switch action {
            case .run(let sql):
                do throws(DatabaseError) {
                    action = setup.ran(try session.run(sql))
                } catch {
                    guard let state = session.lastError?.sqlState else { throw Problem(error) }
                    action = setup.failed(state)
                }
            case .wait(let pause):
                MigrationLock.pause(milliseconds: UInt64(pause / .milliseconds(1)))
                action = setup.waited()
            case .finished: return
            case .failed(let fault): throw Problem(DatabaseError.unexpected("\(fault)"))
            }
        }
    }
}

extension Problem {
    static let tooManyWrites = Problem(
        code: "53400", status: 503, message: "Too many writes are waiting.",
        hint: "Try again in a moment.")
    static let closed = Problem(
        code: "57P03", status: 503, message: "The database is closed.",
        hint: "The server is shutting down; try again in a moment.")
    static let withdrawn = Problem(
        code: "57014", status: 500, message: "canceling statement due to user request")
}

extension PostgresMigrations {
    public func migrationRecords() throws(Problem) -> [MigrationRecord] {
        try rehearseMigration { t throws(Problem) in
            try worded { () throws(DatabaseError) in try t.migrationRecords() }
        }
    }
}
