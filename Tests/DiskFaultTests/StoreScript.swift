import CFaultyDisk
import Diagnostics
import Quotas
import SQLite
import Store
import TestSupport
import Values

@testable import StoreSQLite

/// The store as a server uses it, on a disk that fails: writes alone and in groups, refusals,
/// migrations, trims, checkpoints, reads, and a second start. What is acknowledged is written down.
final class StoreScript {
    let disk: FaultyDisk
    /// What the rows are, as far as it was acknowledged: versions by token.
    private(set) var rows: [String: Int64] = [:]
    /// What the rows may be instead after a crash, if commits fail for good: one whose fsync failed
    /// is in the log, and nothing can be written over it as long as fsync fails.
    private var doubted: [[String: Int64]] = []
    private let isDoubtful: Bool
    /// Whether the tables are there, and the column that came later.
    private(set) var isMade = false
    private(set) var isMigrated = false
    /// What was handed out as committed.
    let published = Record<Change>()
    /// What should not have happened.
    private(set) var faults: [String] = []
    private var database: SQLiteDatabase?
    private var reader: SQLiteReader?

    init(_ disk: FaultyDisk, _ fault: DiskFault? = nil) {
        self.disk = disk
        isDoubtful = fault.map { $0.call == FAULTY_SYNC && $0.duration == .lasting } ?? false
    }

    static let captured = [
        CapturedTable(
            name: "items", columns: columns, key: [0], retain: .seconds(3600)),
        CapturedTable(
            name: "twins", columns: columns, key: [0], retain: .seconds(3600)),
        CapturedTable(
            name: "sparks", columns: [("id", .integer), ("token", .text)], key: [0],
            retain: .zero),
    ]
    private static let columns: [(name: String, type: ColumnType)] = [
        ("id", .integer), ("token", .text), ("version", .integer),
    ]

    /// Everything, up to the end of the second start.
    func run() throws {
        open()
        migrate(to: &isMade, Self.tables)
        write([.insert("a")])
        read()
        group([[.insert("b")], [.insert("a")], [.insert("c"), .bump("a")], [.insert("d")]])
        write([.bump("b"), .delete("c")])
        checkpoint("PASSIVE")
        read()
        write([.insert("e", bytes: 60_000), .bump("a")])
        trim()
        checkpoint("TRUNCATE")
        group([[.bump("a")], [.bump("e")], [.insert("f"), .insert("f")], [.delete("b")]])
        if isMade { migrate(to: &isMigrated, Self.column) }
        write([.insert("g"), .bump("d")])
        read()
        try judgeRemainders()
        close()
        open()
        read()
        write([.bump("g")])
        group([[.insert("h")], [.delete("d")]])
        trim()
        try judgeRemainders()
    }

    /// What comes after the fault: everything goes on as if it had not been.
    func recover() throws {
        disk.heal()
        if database == nil { open() }
        guard database != nil else { return note("it does not open on a healthy disk") }
        if !isMade { migrate(to: &isMade, Self.tables) }
        if isMade, !isMigrated { migrate(to: &isMigrated, Self.column) }
        let before = faults.count
        if !write([.insert("z")]) { note("it does not write on a healthy disk") }
        read(mustSucceed: true)
        if faults.count == before, rows["z"] != 1 { note("what it writes is not there") }
        try judgeRemainders()
        close()
        if disk.openFiles != 0 { note("\(disk.openFiles) files stay open") }
        judge(disk, "the closed file")
    }

    // MARK: Opening and closing

    private func open() {
        do throws(Problem) {
            let database = try SQLiteDatabase.open(.patient(disk.path))
            database.setCaptured(Self.captured)
            database.onCommit { [published] in $0.forEach(published.append) }
            self.database = database
            try? settleDoubts()
        } catch {
            expect(error, among: ["58030", "XX001"], "to open")
        }
    }

    /// After a start as after a crash.
    private func settleDoubts() throws {
        guard let database, !doubted.isEmpty else { return }
        let found = try database.makeReader().versions(of: "items")
        if doubted.contains(found) { rows = found }
    }

    private func close() {
        reader = nil
        database?.close()
        database = nil
    }

    // MARK: Writing

    private static let tables = """
        CREATE TABLE items (id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE,
            version INTEGER NOT NULL, payload BLOB) STRICT;
        CREATE TABLE twins (id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE,
            version INTEGER NOT NULL, payload BLOB) STRICT;
        CREATE TABLE sparks (id INTEGER PRIMARY KEY, token TEXT NOT NULL) STRICT;
        """
    private static let column = """
        ALTER TABLE items ADD COLUMN note TEXT NOT NULL DEFAULT 'none';
        CREATE TABLE fresh (id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE,
            version INTEGER NOT NULL, payload BLOB) STRICT;
        INSERT INTO fresh SELECT * FROM twins;
        DROP TABLE twins;
        ALTER TABLE fresh RENAME TO twins;
        """

    private func migrate(to isDone: inout Bool, _ script: String) {
        let body: RowStep.Body = { transaction throws(DatabaseError) in
            try transaction.executeScript(script)
        }
        switch submit([body])[0] {
        case .success: isDone = true
        case .failure(let problem): expect(problem, among: ["53100", "58030"], "to migrate")
        case nil: break
        }
    }

    @discardableResult
    private func write(_ steps: [RowStep]) -> Bool { group([steps], isAlone: true) }

    /// Writes that share a commit, unless one is alone. Some of them are refused for what they say.
    ///
    /// - Returns: whether all were acknowledged.
    @discardableResult
    private func group(_ writes: [[RowStep]], isAlone: Bool = false) -> Bool {
        guard isMade else { return false }
        let bodies = writes.map(RowStep.body)
        let results =
            isAlone ? submit(bodies) : Array(submit([Self.nothing] + bodies).dropFirst())
        var doubt = rows
        for (steps, result) in zip(writes, results) {
            switch result {
            case .success:
                for step in steps { step.apply(to: &rows) }
                doubted = []
            case .failure(let problem):
                if problem.code == "58030" {
                    for step in steps { step.apply(to: &doubt) }
                }
                // A token that is there, or one that is not: what the script is about.
                expect(problem, among: ["53100", "58030", "23505", "P0002"], "\(steps)")
            case nil: break
            }
        }
        if isDoubtful, doubt != rows { doubted.append(doubt) }
        return results.allSatisfy { if case .success = $0 { true } else { false } }
    }

    private static let nothing: RowStep.Body = { _ throws(DatabaseError) in }

    /// Hands over writes so that those after the first share a commit; nil for one that has no
    /// answer.
    private func submit(_ bodies: [RowStep.Body]) -> [Result<Void, Problem>?] {
        guard let database else { return bodies.map { _ in nil } }
        let gate = Gate()
        let answers = Answers(bodies.count)
        for (index, body) in bodies.enumerated() {
            database.submit(
                WriteJob(
                    perform: { transaction in
                        if index == 0 { gate.pass() }
                        do throws(DatabaseError) {
                            try body(transaction)
                            return .kept { answers.give(.success(()), at: index) }
                        } catch {
                            let problem = Problem(error)
                            return .undone { answers.give(.failure(problem), at: index) }
                        }
                    }, fail: { answers.give(.failure($0), at: index) }, isBounded: true,
                    withdrawal: nil, caller: .server, priority: .first))
        }
        gate.open()
        guard let all = answers.wait() else {
            note("a write has no answer")
            return bodies.map { _ in nil }
        }
        return all
    }

    // MARK: The rest

    private func trim() {
        database?.trimChanges()
        // What is left of the trim is done when two more writes are.
        for _ in 0..<2 { _ = submit([Self.nothing]) }
    }

    /// As somebody with a shell does it.
    private func checkpoint(_ mode: String) {
        let options = ConnectionOptions(
            mode: .existing, busyTimeoutMilliseconds: 0, cachedStatementsMax: 4,
            cachedStatementBytesMax: 1 << 20)
        guard database != nil, let connection = try? Connection(path: disk.path, options: options)
        else { return }
        _ = try? connection.integer("PRAGMA wal_checkpoint(\(mode))")
    }

    /// Reads with the reader that is there and with a new one: the rows, or a plain refusal.
    private func read(mustSucceed: Bool = false) {
        guard let database, isMade else { return }
        for isNew in [false, true] {
            do throws(DatabaseError) {
                let kept = isNew ? nil : self.reader
                let reader = if let kept { kept } else { try database.makeReader() }
                self.reader = reader
                let found = try reader.versions(of: "items")
                if found != rows { note("it reads \(found) where \(rows) were acknowledged") }
            } catch {
                if mustSucceed { note("it does not read on a healthy disk: \(error)") }
                expect(Problem(error), among: ["53100", "58030"], "to read")
            }
        }
    }

    private func expect(_ problem: Problem, among codes: Set<String>, _ what: String) {
        if !codes.contains(problem.code) { note("\(what): \(problem)") }
        let isPlain = ["23505", "P0002"].contains(problem.code)
        if !isPlain, !disk.hasFailed { note("\(what), though nothing failed: \(problem)") }
        if !isPlain, problem.status != 503 { note("\(what): status \(problem.status)") }
    }

    private func note(_ fault: String) { faults.append(fault) }

    /// Looks at what a kill and what a power cut would leave at this moment.
    private func judgeRemainders() throws {
        for what in Remainder.allCases {
            judge(try disk.copy(what), "\(what)", orElse: what == .afterKill ? doubted : [])
        }
    }

    private func judge(
        _ disk: FaultyDisk, _ what: String, orElse doubted: [[String: Int64]] = []
    ) {
        let judge = StoreJudge(
            rows: rows, doubted: doubted, isMade: isMade, isMigrated: isMigrated,
            published: published.all)
        faults += judge.faults(of: disk).map { "\(what): \($0)" }
    }
}
