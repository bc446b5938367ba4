import Store
import Synchronization

/// The tables that feed the change log, as they were said last: any thread says them, and the
/// writer, which alone writes the log, takes them up before its next transaction.
final class CapturedTables: Sendable {
    private struct State {
        var tables: [CapturedTable] = []
        var version = 0
    }

    private let state = Mutex(State())

    /// Replaces the tables.
    func set(_ tables: [CapturedTable]) {
        state.withLock { state in
            state.tables = tables
            state.version += 1
        }
    }

    /// The tables, if they changed since `version`, which is brought up to date.
    func changed(since version: inout Int) -> [CapturedTable]? {
        state.withLock { state in
            guard state.version != version else { return nil }
            version = state.version
            return state.tables
        }
    }
}
