import SQLite
import Store

/// The last number given of every identity sequence in use. Confined to the writer's thread.
///
/// As in PostgreSQL numbers are not part of a write: one that is undone, because its number was
/// taken for instance, has used its number up, so that the next try gets another. What is kept
/// must not be given again, not after a crash either; but to write each number down would cost
/// each commit a page. So `_apus_sequences` runs ahead of the numbers given, by a block, as
/// PostgreSQL's log does (sequence.c, SEQ_LOG_VALS), and is written again when they have come up
/// with it. After a crash the rest of the block is skipped; whoever closes the file takes it back.
final class Sequences {
    /// How many numbers are written down ahead.
    private static let block: Int64 = 32

    private struct State {
        /// The last number given.
        var last: Int64
        /// The last number that is written down in the committed database. When a write is
        /// acknowledged, it is not below `last`.
        var reserved: Int64
        /// Whether the table of sequences knows this one. If not, it is to be written down though
        /// no number was given.
        var isKnown: Bool
        /// What the transaction under way has written down.
        var written: Int64?
        /// The greatest number it gives.
        let maximum: Int64

        init(last: Int64, isKnown: Bool, maximum: Int64) {
            self.last = last
            reserved = last
            self.isKnown = isKnown
            self.maximum = maximum
        }

        /// Goes on after `number`. A block is written down with the first number that is used.
        mutating func raise(to number: Int64) {
            last = number
            if number > reserved { (reserved, isKnown) = (number, false) }
        }

        /// What is to be written down now: the numbers given and a block, or all there are.
        var upcomingReserve: Int64? {
            if last > reserved { return last + min(block, maximum - last) }
            return isKnown ? nil : reserved
        }
    }

    private let connection: Connection
    private var states: [String: State] = [:]
    /// The states before the first script of the write under way.
    private var statesBeforeScript: [String: State]?
    /// Whether a script of the transaction under way has changed `_apus_sequences`.
    private var hasFollowedScript = false

    init(connection: Connection) { self.connection = connection }

    // MARK: Numbers

    /// The numbers that come next, at least one. They stay to be given until they are used.
    ///
    /// Throws `sequenceExhausted` when there are fewer.
    func upcoming(
        _ count: Int, of sequence: IdentitySequence
    ) throws(DatabaseError) -> ClosedRange<Int64> {
        precondition(count > 0, "no number is wanted")
        let last = try settle(sequence)
        guard Int64(count) <= sequence.maximum - last else {
            throw .sequenceExhausted(name: sequence.name, maximum: sequence.maximum)
        }
        return (last + 1)...(last + Int64(count))
    }

    /// Gives numbers that are upcoming, and with them those before.
    func use(_ numbers: ClosedRange<Int64>, of sequence: IdentitySequence) {
        let unsettled = State(last: 0, isKnown: false, maximum: sequence.maximum)
        states[sequence.table, default: unsettled].last = numbers.upperBound
    }

    /// Finds out where a sequence stands, if that is not known yet.
    ///
    /// - Returns: the last number given.
    private func settle(_ sequence: IdentitySequence) throws(DatabaseError) -> Int64 {
        if let state = states[sequence.table] { return state.last }
        do throws(SQLiteError) {
            let state = try load(sequence)
            states[sequence.table] = state
            return state.last
        } catch {
            throw DatabaseError(error)
        }
    }

    /// Lets the numbers go on after the greatest value that the table holds now.
    func raise(_ sequence: IdentitySequence) throws(DatabaseError) {
        let last = try settle(sequence)
        do throws(SQLiteError) {
            let greatest = try greatestValue(of: sequence)
            guard greatest > last else { return }
            states[sequence.table]?.raise(to: greatest)
        } catch {
            throw DatabaseError(error)
        }
    }

    /// Lets the numbers go on after one.
    func raise(_ sequence: IdentitySequence, to number: Int64) throws(DatabaseError) {
        if try number > settle(sequence) { states[sequence.table]?.raise(to: number) }
    }

    private func load(_ sequence: IdentitySequence) throws(SQLiteError) -> State {
        var run = try connection.run(
            "SELECT last, is_settled FROM _apus_sequences WHERE model = ?1")
        try run.bind(sequence.table, at: 1)
        var last: Int64
        if try run.step() {
            last = run.cell(0).integer
            if run.cell(1).integer != 0 {
                return State(last: last, isKnown: true, maximum: sequence.maximum)
            }
        } else {
            last = try lastAutoincrement(of: sequence)
        }
        last = max(last, try greatestValue(of: sequence))
        return State(last: last, isKnown: false, maximum: sequence.maximum)
    }

    /// What SQLite counted to while the table was numbered by its AUTOINCREMENT. That follows the
    /// values of writers; where it followed one beyond counting, it says nothing.
    private func lastAutoincrement(of sequence: IdentitySequence) throws(SQLiteError) -> Int64 {
        let isThere = try connection.integer(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'")
        if isThere == 0 { return 0 }
        var run = try connection.run(
            "SELECT seq FROM sqlite_sequence WHERE name = ?1 COLLATE NOCASE AND seq <= ?2")
        try run.bind(sequence.table, at: 1)
        try run.bind(sequence.countedMax, at: 2)
        return try run.step() ? run.cell(0).integer : 0
    }

    private func greatestValue(of sequence: IdentitySequence) throws(SQLiteError) -> Int64 {
        let column = quoted(identifier: sequence.column)
        let table = quoted(identifier: sequence.table)
        var run = try connection.run(
            "SELECT coalesce(max(\(column)), 0) FROM \(table) WHERE \(column) <= ?1")
        try run.bind(sequence.countedMax, at: 1)
        return try run.step() ? run.cell(0).integer : 0
    }

    // MARK: Commits

    /// Writes down the sequences that have used up what was written down: right before COMMIT,
    /// outside of all savepoints.
    func save() throws(SQLiteError) {
        for (table, state) in states {
            guard let reserve = state.upcomingReserve else { continue }
            try write(reserve, of: table)
            states[table]?.written = reserve
        }
    }

    private func write(_ last: Int64, of table: String) throws(SQLiteError) {
        var run = try connection.run(
            "INSERT INTO _apus_sequences(model, last, is_settled) VALUES (?1, ?2, 1) "
                + "ON CONFLICT(model) DO UPDATE SET last = excluded.last, is_settled = 1")
        try run.bind(table, at: 1)
        try run.bind(last, at: 2)
        _ = try run.step()
    }

    /// What `save` wrote has been committed.
    func didCommit() {
        hasFollowedScript = false
        for index in states.values.indices {
            guard let written = states.values[index].written else { continue }
            states.values[index].reserved = written
            states.values[index].isKnown = true
            states.values[index].written = nil
        }
    }

    /// Whether more is written down than was given.
    var areAhead: Bool { states.values.contains { $0.last < $0.reserved } }

    /// Writes down the last numbers given and no more, in a transaction that the file is closed
    /// after: whoever opens it goes on without a gap.
    func takeBack() throws(SQLiteError) {
        for (table, state) in states where state.last != state.reserved {
            try write(state.last, of: table)
        }
        states = [:]
    }

    /// A transaction was lost: its numbers stay used up, but what it has written down does not
    /// count. After a script only the table knows where its sequences stand.
    func forget() {
        if hasFollowedScript { states = [:] }
        hasFollowedScript = false
        for index in states.values.indices { states.values[index].written = nil }
        statesBeforeScript = nil
    }

    /// Ends a write. One that is undone takes along what its scripts did to `_apus_sequences`.
    func endWrite(isUndone: Bool) {
        if isUndone, let before = statesBeforeScript { states = before }
        statesBeforeScript = nil
    }
}

// MARK: - Migrations

extension Sequences {
    /// Runs statements that may rename tables, whose numbers go with them, and write rows, after
    /// which the numbers go on.
    ///
    /// - Parameter script: answers the tables whose rows it wrote.
    func follow(_ script: () throws(SQLiteError) -> Set<String>) throws(SQLiteError) {
        try writeDown()
        let before = try roots()
        var written = try script()
        let after = try roots()
        // Before the numbers move and after: a table may be written under both names.
        for table in written { try unsettle(table) }
        for (name, root) in before where after[name] == nil {
            var run = try connection.run(
                "INSERT INTO _apus_sequences(model, last, is_settled) "
                    + "SELECT s.name, q.last, q.is_settled FROM sqlite_schema AS s, "
                    + "_apus_sequences AS q WHERE s.type = 'table' AND s.rootpage = ?1 "
                    + "AND q.model = ?2 ON CONFLICT(model) DO UPDATE "
                    + "SET last = max(last, excluded.last), is_settled = excluded.is_settled")
            try run.bind(root, at: 1)
            try run.bind(name, at: 2)
            _ = try run.step()
        }
        try respell()
        // Another table has taken the place of one with numbers, with rows of its own.
        let known = Set(before.values)
        written.formUnion(after.filter { !known.contains($0.value) }.keys)
        for table in written { try unsettle(table) }
    }

    /// Numbers stand under the name that their table has now, also where only its case has changed.
    private func respell() throws(SQLiteError) {
        try connection.execute(
            "UPDATE _apus_sequences AS q SET model = s.name FROM sqlite_schema AS s "
                + "WHERE s.type = 'table' AND s.name = q.model COLLATE NOCASE "
                + "AND s.name <> q.model COLLATE BINARY")
    }

    private func unsettle(_ table: String) throws(SQLiteError) {
        var run = try connection.run(
            "UPDATE _apus_sequences SET is_settled = 0 WHERE model = ?1 COLLATE NOCASE")
        try run.bind(table, at: 1)
        _ = try run.step()
    }

    /// Leaves it to `_apus_sequences` to know the states: scripts change it.
    private func writeDown() throws(SQLiteError) {
        if statesBeforeScript == nil { statesBeforeScript = states }
        hasFollowedScript = true
        for (table, state) in states where state.last != state.reserved || !state.isKnown {
            try write(state.last, of: table)
        }
        states = [:]
    }

    /// The root pages of the tables with numbers: a table that is renamed keeps its page.
    private func roots() throws(SQLiteError) -> [String: Int64] {
        var run = try connection.run(
            "SELECT q.model, s.rootpage FROM _apus_sequences AS q JOIN sqlite_schema AS s "
                + "ON s.type = 'table' AND s.name = q.model COLLATE NOCASE")
        var roots: [String: Int64] = [:]
        while try run.step() { roots[run.cell(0).text] = run.cell(1).integer }
        return roots
    }

    /// Takes note that a migration file is done: tables that are gone have no numbers any more.
    func forgetDropped() throws(SQLiteError) {
        try writeDown()
        try connection.execute(
            "DELETE FROM _apus_sequences WHERE NOT EXISTS (SELECT 1 FROM sqlite_schema AS s "
                + "WHERE s.type = 'table' AND s.name = model COLLATE NOCASE)")
    }
}
