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
                let writer = try Writer(
                    connection: connection, shared: shared, logBound: logBound,
                    configuration: configuration)
                opened.give(.success(facts))
                writer.run(queue, hook: hook)
                logBound.close()
                _ = try? connection.integer("PRAGMA wal_checkpoint(TRUNCATE)")
            } catch {
                throw Problem(DatabaseError(error))
            }
        } catch {
            opened.give(.failure(error))
        }
    }
}
