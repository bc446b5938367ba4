import Store
import Synchronization

/// The tables that feed the change log, shared between the writer and everybody who reads the log.
final class CapturedTables: Sendable {
    private struct State {
        var tables: [String: CapturedTable] = [:]
        var version = 0
    }

    private let state = Mutex(State())

    /// Replaces the tables.
    func set(_ tables: [CapturedTable]) {
        state.withLock { state in
            state.tables = Dictionary(tables.map { ($0.name, $0) }) { _, last in last }
            state.version += 1
        }
    }

    /// The tables, if they changed since `version`, which is brought up to date.
    func changed(since version: inout Int) -> [CapturedTable]? {
        state.withLock { state in
            guard state.version != version else { return nil }
            version = state.version
            return Array(state.tables.values)
        }
    }

    /// The tables by name.
    var byName: [String: CapturedTable] { state.withLock { $0.tables } }
}
