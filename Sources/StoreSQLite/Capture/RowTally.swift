import SQLite
import Store

/// Keeps ``RowCounts`` true while the writer writes: counts, as the hook sees them, the rows that
/// each table gains and loses. Confined to the writer's thread.
final class RowTally {
    private struct Entry {
        let name: String
        let cName: [CChar]
        /// Of the writes of this transaction that stay.
        var kept = 0
        /// Of the write that runs.
        var pending = 0
    }

    private let counts: RowCounts
    private var entries: [Entry] = []
    private var lastHit = 0
    /// Whether the write that runs, or one that stays, did what the hook does not tell.
    private var isPendingUnclear = false
    private var isUnclear = false
    private var before: LogMark?

    init(_ counts: RowCounts) { self.counts = counts }

    /// Called by the hook for each row about to change.
    func observe(_ change: RowChange) {
        let difference: Int
        switch change.operation {
        case .insert: difference = 1
        case .delete: difference = -1
        case .update: return
        }
        entries[index(of: change)].pending += difference
    }

    private func index(of change: RowChange) -> Int {
        if lastHit < entries.count, change.belongs(to: entries[lastHit].cName) { return lastHit }
        for index in entries.indices where change.belongs(to: entries[index].cName) {
            lastHit = index
            return index
        }
        let name = change.tableName
        entries.append(Entry(name: name, cName: name.utf8.map { CChar(bitPattern: $0) } + [0]))
        lastHit = entries.count - 1
        return lastHit
    }

    /// The write that runs changes more than the hook sees, or something of it was undone.
    func loseTrack() { isPendingUnclear = true }

    /// The write that ran stays.
    func keep() {
        isUnclear = isUnclear || isPendingUnclear
        for index in entries.indices where entries[index].pending != 0 {
            entries[index].kept += entries[index].pending
        }
        drop()
    }

    /// The write that ran was undone.
    func drop() {
        isPendingUnclear = false
        for index in entries.indices { entries[index].pending = 0 }
    }

    /// A transaction has begun, and nobody else can commit.
    func begin(_ connection: Connection) {
        before = connection.logMark
        isUnclear = false
        for index in entries.indices { entries[index].kept = 0 }
        drop()
    }

    /// Commits the transaction, and says what is different since.
    func commit(_ connection: Connection) throws(SQLiteError) {
        counts.beginCommit()
        do throws(SQLiteError) {
            try connection.execute("COMMIT")
        } catch {
            counts.abandonCommit()
            throw error
        }
        let differences = entries.lazy.filter { $0.kept != 0 }.map { ($0.name, $0.kept) }
        counts.endCommit(
            from: before, to: connection.logMark, isUnclear ? nil : Array(differences))
    }
}
