import Diagnostics
import SQLite
import Store
import Work

/// The life of the writer's thread.
enum WriterThread {
    static func run(
        path: String, configuration: DatabaseConfiguration, queue: WriteQueue,
        shared: SharedState, logBound: LogBound,
        opened: Handover<Result<[String: String], Problem>>
    ) {
        do throws(Problem) {
            let (connection, hook) = try Opening.writer(path: path, configuration: configuration)
            shared.presence.remember(path)
            do throws(SQLiteError) {
                let facts = try connection.facts()
                let (hold, archiver) = try archive(path, connection, shared)
                defer {
                    logBound.close()
                    hold?.settle(connection)
                    shared.archive?.stop()
                    archiver?.join()
                    hold?.end()
                    endLog(of: connection, path)
                }
                let writer = try Writer(
                    connection: connection, shared: shared, logBound: logBound, hold: hold,
                    configuration: configuration)
                opened.give(.success(facts))
                writer.run(queue, hook: hook)
            } catch {
                throw Problem(DatabaseError(error))
            }
        } catch {
            opened.give(.failure(error))
        }
    }

    /// Has all of the log copied into the file, and nothing left of it, unless something waits in
    /// it for an archive.
    private static func endLog(of connection: Connection, _ path: String) {
        let isKept = WaitingLog.exists(databaseAt: path)
        connection.keepLog(isKept)
        if !isKept { _ = try? connection.integer("PRAGMA wal_checkpoint(TRUNCATE)") }
    }

    /// Begins to archive the log, if it is to be, before anybody writes.
    private static func archive(
        _ path: String, _ writer: Connection, _ shared: SharedState
    ) throws(SQLiteError) -> (ArchiveHold?, PosixThread?) {
        guard let archive = shared.archive else { return (nil, nil) }
        let hold = try ArchiveHold(path: path, archive)
        hold.settle(writer)
        let ready = Semaphore()
        let thread = PosixThread(name: "archive", niceness: PosixThread.backgroundNiceness) {
            Archiver.run(databaseAt: path, archive, ready)
        }
        guard let thread else {
            throw SQLiteError(
                code: ResultCode.noMemory, message: PosixThread.refused.message)
        }
        ready.wait()
        return (hold, thread)
    }
}
