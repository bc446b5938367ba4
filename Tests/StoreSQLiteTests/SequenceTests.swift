import Bytes
import Diagnostics
import Glibc
import Store
import StoreSQLite
import TestSupport
import Testing
import Values

private let numbers = IdentitySequence(table: "t", column: "id", maximum: .max)

extension SQLiteTransaction {
    /// Inserts a row with the next number, and returns the number.
    func insertNumbered(_ table: String = "t") throws(Problem) -> Int64 {
        do throws(DatabaseError) {
            let sequence = IdentitySequence(table: table, column: "id", maximum: .max)
            let number = try upcomingNumbers(1, of: sequence).lowerBound
            use(number...number, of: sequence)
            try run(text: "INSERT INTO \(table)(id) VALUES (?7)", arguments: [.integer(number)])
            return number
        } catch {
            throw Problem(error)
        }
    }

    fileprivate func migrate(_ statements: [String]) throws(Problem) {
        do throws(DatabaseError) {
            for statement in statements { try executeScript(statement) }
            try forgetDroppedSequences()
        } catch {
            throw Problem(error)
        }
    }
}

extension SQLiteDatabase {
    func insertNumbered(_ table: String = "t") throws(Problem) -> Int64 {
        try writeAndWait { transaction throws(Problem) in try transaction.insertNumbered(table) }
    }

    func script(_ sql: String) throws(Problem) {
        try writeAndWait { transaction throws(Problem) in try transaction.script(sql) }
    }

    /// As requests write.
    fileprivate func write(_ sql: String) throws(Problem) {
        try writeAndWait { transaction throws(Problem) in _ = try transaction.exec(sql) }
    }

    fileprivate func migrate(_ statements: String...) throws(Problem) {
        try writeAndWait { transaction throws(Problem) in try transaction.migrate(statements) }
    }

    /// Asks for the next number without using it: from here on the sequence stands where it stands.
    func look() throws(Problem) {
        try writeAndWait { transaction throws(Problem) in
            do throws(DatabaseError) { _ = try transaction.upcomingNumbers(1, of: numbers) } catch {
                throw Problem(error)
            }
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct SequenceTests {
    static let table = "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER) STRICT"

    private func open(_ sql: String = table) throws -> SQLiteDatabase {
        let database = try SQLiteDatabase.open(.temporary)
        try database.script(sql)
        return database
    }

    @Test func `a write that is undone has used its number up`() throws {
        let database = try open()
        defer { database.close() }
        #expect(try database.insertNumbered() == 1)
        #expect(throws: Problem.self) {
            try database.writeAndWait { transaction throws(Problem) in
                _ = try transaction.insertNumbered()
                throw Problem(code: "P0001", status: 400, message: "no")
            }
        }
        #expect(try database.insertNumbered() == 3)
    }

    @Test func `writes that share a commit get different numbers`() async throws {
        let database = try open()
        defer { database.close() }
        let given = await withTaskGroup(of: Int64?.self) { group in
            for index in 0..<200 {
                group.addTask {
                    try? await database.write { transaction throws(Problem) in
                        let number = try transaction.insertNumbered()
                        if index % 3 == 0 {
                            throw Problem(code: "P0001", status: 400, message: "no")
                        }
                        return number
                    }
                }
            }
            return await group.reduce(into: [Int64]()) { if let number = $1 { $0.append(number) } }
        }
        #expect(given.count == 133)
        #expect(Set(given).count == 133)
        #expect(try database.insertNumbered() == 201)
    }

    @Test func `a number is not given again when its row is gone and the file opened anew`()
        throws
    {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/apus.db"
        var database = try SQLiteDatabase.open(.file(path))
        try database.script(Self.table)
        for number in 1...3 { #expect(try database.insertNumbered() == Int64(number)) }
        try database.script("DELETE FROM t")
        database.close()
        database = try SQLiteDatabase.open(.file(path))
        defer { database.close() }
        #expect(try database.insertNumbered() == 4)
    }

    @Test func `no acknowledged number is given again after a kill`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let database = try SQLiteDatabase.open(.file(path + "/apus.db"))
            try database.script("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT")
            let seen = unsafe Glibc.open(path + "/ids", O_WRONLY | O_CREAT | O_APPEND, 0o600)
            let count = Counter()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        while true {
                            // The row itself is deleted again: only the number is remembered.
                            let number = try? await database.write { transaction throws(Problem) in
                                let number = try transaction.insertNumbered()
                                try transaction.exec("DELETE FROM t")
                                return number
                            }
                            guard let number else { return }
                            let line = Array("\(number)\n".utf8)
                            unsafe _ = line.withUnsafeBytes {
                                unsafe write(seen, $0.baseAddress, $0.count)
                            }
                            if count.next() == 200 { kill(getpid(), SIGKILL) }
                        }
                    }
                }
            }
        }
        let seen = String(utf8: directory.read("ids")).split(separator: "\n").compactMap {
            Int64($0)
        }
        #expect(seen.count >= 200)
        #expect(Set(seen).count == seen.count)
        let database = try SQLiteDatabase.open(.file(path + "/apus.db"))
        defer { database.close() }
        #expect(try database.insertNumbered() > seen.max() ?? .max)
    }

    /// A table made with AUTOINCREMENT and its rows, and the number that comes next.
    static let taken: [(String, Int64)] = [
        ("INSERT INTO t(n) VALUES (1), (2), (3)", 4),
        ("INSERT INTO t(n) VALUES (1), (2), (3); DELETE FROM t", 4),
        ("INSERT INTO t(id) VALUES (900); DELETE FROM t", 901),
        ("INSERT INTO t(n) VALUES (1), (2); INSERT INTO t(id) VALUES (9223372036854775807)", 3),
        ("INSERT INTO t(id) VALUES (-5)", 1),
        ("SELECT 1", 1),
    ]

    @Test(arguments: taken)
    func `what AUTOINCREMENT counted goes on, unless a writer drove it to the end`(
        _ rows: String, _ next: Int64
    ) throws {
        let database = try open(
            "CREATE TABLE T (id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER) STRICT; \(rows)")
        defer { database.close() }
        #expect(try database.insertNumbered() == next)
        #expect(try database.insertNumbered() == next + 1)
    }

    @Test func `rows of a migration are counted, those of other writers are not`() throws {
        let database = try open()
        defer { database.close() }
        try database.look()
        try database.write("INSERT INTO t(id) VALUES (40)")
        #expect(try database.insertNumbered() == 1)
        try database.migrate("INSERT INTO t(n) VALUES (7)", "INSERT INTO t(id) VALUES (60)")
        #expect(try database.insertNumbered() == 61)
        try database.migrate("INSERT INTO t(id) VALUES (9223372036854775807)")
        #expect(try database.insertNumbered() == 62)
    }

    /// Files that write no row of `t`, whose number 1 was the last, beside an explicit 40; and the
    /// table's name then.
    static let aboutOthers: [(table: String, statements: [String])] = [
        (
            "t",
            ["CREATE TABLE other (id INTEGER PRIMARY KEY) STRICT", "INSERT INTO other VALUES (9)"]
        ),
        ("t", ["SELECT max(id) FROM t"]), ("t", ["ALTER TABLE t ADD COLUMN more TEXT"]),
        ("t", ["CREATE INDEX t_n ON t (n)"]), ("t", ["DELETE FROM t WHERE id = 1"]),
        ("u", ["ALTER TABLE t RENAME TO u"]),
    ]

    @Test(arguments: aboutOthers)
    func `explicit ids are not followed after a migration that wrote none`(
        _ table: String, _ statements: [String]
    ) throws {
        let database = try open()
        defer { database.close() }
        #expect(try database.insertNumbered() == 1)
        try database.write("INSERT INTO t(id) VALUES (40)")
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.migrate(statements)
        }
        #expect(try database.insertNumbered(table) == 2)
    }

    /// SQLite renames by way of another name where only the case differs.
    static let respelt: [[String]] = [
        ["ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO T"],
        ["ALTER TABLE t RENAME TO u", "ALTER TABLE u RENAME TO T"],
    ]

    @Test(arguments: respelt)
    func `numbers stand under the name that their table has`(statements: [String]) throws {
        let database = try open()
        defer { database.close() }
        #expect(try database.insertNumbered() == 1)
        try database.write("INSERT INTO t(id) VALUES (40)")
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.migrate(statements)
        }
        let names = try database.makeReader().all("SELECT model FROM _apus_sequences")
        #expect(names == [[.text("T")]])
        #expect(try database.insertNumbered("T") == 2)
    }

    /// Files that write the row 60 of `t`, whose number 1 was the last.
    static let writing: [[String]] = [
        ["INSERT INTO T(id) VALUES (60)"], ["UPDATE t SET id = 60 WHERE id = 1"],
        [
            "CREATE TABLE a (x INTEGER) STRICT",
            "CREATE TRIGGER b AFTER INSERT ON a BEGIN INSERT INTO t(id) VALUES (new.x); END",
            "INSERT INTO a VALUES (60)",
        ],
        [
            "INSERT INTO t(id) VALUES (60)", "ALTER TABLE t RENAME TO u",
            "ALTER TABLE u RENAME TO t",
        ],
        ["INSERT INTO t(id) VALUES (60); ALTER TABLE t RENAME TO u", "ALTER TABLE u RENAME TO t"],
        [
            "CREATE TABLE u (id INTEGER PRIMARY KEY, n INTEGER) STRICT",
            "INSERT INTO u VALUES (60, 1)", "DROP TABLE t", "ALTER TABLE u RENAME TO t",
        ],
    ]

    @Test(arguments: writing)
    func `rows that a migration wrote are counted however it wrote them`(statements: [String])
        throws
    {
        let database = try open()
        defer { database.close() }
        #expect(try database.insertNumbered() == 1)
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.migrate(statements)
        }
        #expect(try database.insertNumbered() == 61)
    }

    /// Clients read JSON numbers as doubles, which tell no integers beyond 2^53 apart.
    static let great: [(id: Int64, next: Int64)] = [
        (4_503_599_627_370_496, 4_503_599_627_370_497), (4_503_599_627_370_497, 2), (1 << 60, 2),
    ]

    @Test(arguments: great)
    func `no migration drives the numbers beyond what doubles hold`(id: Int64, next: Int64) throws {
        let database = try open()
        defer { database.close() }
        #expect(try database.insertNumbered() == 1)
        try database.migrate("INSERT INTO t(id) VALUES (\(id))")
        #expect(try database.insertNumbered() == next)
    }

    /// What migrations do to the table, whose number 3 was the last and is deleted, and the number
    /// that comes next.
    static let moves: [(table: String, statements: [String], next: Int64)] = [
        ("u", ["ALTER TABLE t RENAME TO u"], 4),
        (
            "t",
            [
                "CREATE TABLE u (id INTEGER PRIMARY KEY) STRICT", "INSERT INTO u SELECT id FROM t",
                "DROP TABLE t", "ALTER TABLE u RENAME TO t",
            ], 4
        ),
        (
            "t",
            [
                "ALTER TABLE t RENAME TO u", table, "INSERT INTO t SELECT * FROM u",
                "DROP TABLE u",
            ], 4
        ),
        ("t", ["ALTER TABLE t RENAME TO swap", "ALTER TABLE \"swap\" RENAME TO T"], 4),
        ("u", ["DROP TABLE t", "CREATE TABLE u (id INTEGER PRIMARY KEY) STRICT"], 1),
    ]

    @Test(arguments: moves)
    func `numbers go with their table`(_ table: String, _ statements: [String], _ next: Int64)
        throws
    {
        let database = try open()
        defer { database.close() }
        for _ in 0..<3 { _ = try database.insertNumbered() }
        try database.script("DELETE FROM t WHERE id = 3")
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.migrate(statements)
        }
        #expect(try database.insertNumbered(table) == next)
    }

    @Test func `a table dropped and made again in another migration starts at 1`() throws {
        let database = try open()
        defer { database.close() }
        _ = try database.insertNumbered()
        try database.migrate("DROP TABLE t")
        try database.migrate(Self.table)
        #expect(try database.insertNumbered() == 1)
    }

    @Test func `a migration that fails leaves the numbers as they were`() throws {
        let database = try open()
        defer { database.close() }
        for _ in 0..<2 { _ = try database.insertNumbered() }
        #expect(throws: Problem.self) {
            try database.migrate("DELETE FROM t", "DROP TABLE t", Self.table, "SELECT nonsense")
        }
        #expect(try database.insertNumbered() == 3)
    }
}
