import Diagnostics
import Store
import StoreSQLite
import Testing
import Values

@testable import Schema

/// What is printed about changed models is followed literally: rows stay, and the files still build
/// a database from nothing.
@Suite struct AdviceTests {
    /// One advice of each kind. The switch below makes a new kind appear here.
    static let all: [Advice] = [
        .makeWay(#"drop it (DROP VIEW "t";)"#),
        .declareAsBefore, .declareColumnAsBefore,
        .declareTable(isRecorded: true, rows: 3),
        .declareTable(isRecorded: false, rows: 1),
        .declareColumn(isRecorded: true, values: nil),
        .declareColumn(isRecorded: false, values: 0), .declare, .leaveCheckOut,
        .declareUnique, .dropUnique(["i"]), .replaceUnique(table: "t", name: "u"),
        .declareIndex("i"), .replaceIndex("i"),
        .rename(table: "t", from: "a", to: "b"),
        .declareRenamed(from: "a", to: "b", else: .declareColumn(isRecorded: true, values: 1)),
        .recordFirst(from: "a", to: "b"), .giveDefault, .giveFormerName("a"), .leaveDefaultOut,
    ]

    /// The SQL that an advice may hold, by its beginning.
    private static func sql(of advice: Advice) -> String? {
        switch advice {
        case .makeWay, .declareAsBefore, .declareColumnAsBefore, .declareTable, .declareColumn, .declareRenamed,
            .declare, .declareUnique, .recordFirst, .giveDefault, .giveFormerName, .leaveDefaultOut, .leaveCheckOut:
            nil
        case .dropUnique, .declareIndex, .replaceIndex: #"DROP INDEX IF EXISTS "i";"#
        case .replaceUnique:
            #"ALTER TABLE IF EXISTS "t" DROP CONSTRAINT IF EXISTS "u";"#
        case .rename: #"ALTER TABLE "t" RENAME COLUMN "a" TO "b";"#
        }
    }

    @Test(arguments: all)
    func `no advice loses rows or touches files that are applied`(_ advice: Advice) {
        let text = advice.wording.lowercased()
        for word in [
            "delete", "truncate", "remove", "edit", "pragma", "drop table", "drop column",
        ] {
            #expect(!text.contains(word))
        }
        #expect(Self.statement(in: advice.wording) == Self.sql(of: advice))
    }

    /// What is lost, in the words of the advice.
    static let losses: [(Int?, String)] = [
        (nil, "loses its rows"), (0, "loses no row"), (1, "loses its 1 row"),
        (2, "loses its 2 rows"),
    ]

    @Test(arguments: losses)
    func `what dropping would cost is said`(_ rows: Int?, _ said: String) {
        for isRecorded in [true, false] {
            let wording = Advice.declareTable(isRecorded: isRecorded, rows: rows).wording
            #expect(wording.hasSuffix(said))
        }
    }

    // MARK: Literally

    private static let rooms =
        #"""
        {"properties": {"name": {"type": "string"}, "n": {"type": "integer"}}, \#
        "indexes": [{"on": ["n"]}], "checks": {"small": "n < 9"}}
        """#
    private static let members = (
        "models/members.json",
        #"""
        {"properties": {"room_id": {"type": "string", "format": "uuid", \#
        "references": {"model": "rooms", "onDelete": "cascade"}}}}
        """#
    )
    private static let before = [("models/rooms.json", rooms), members]

    /// Changed models of `rooms`; nil for none.
    static let changes: [String?] = [
        rooms.replacing(#""n": {"#, with: #""m": {"renamedFrom": "n", "#)
            .replacing(#"["n"]"#, with: #"["m"]"#).replacing("n < 9", with: "m < 9"),
        rooms.replacing(#"{"on": ["n"]}"#, with: #"{"on": ["n desc"], "name": "rooms_n_idx"}"#),
        rooms.replacing(#"{"on": ["n"]}"#, with: ""),
        rooms.replacing("n < 9", with: "n < 8"),
        rooms.replacing(#""name": {"type": "string"}, "#, with: ""),
        rooms.replacing(#""type": "integer""#, with: #""type": "number""#),
        nil,
    ]

    /// A database with a room and its member, built by `set` and then by what is declared.
    private func database(_ set: MigrationSet) throws -> SQLiteDatabase {
        let database = try SQLiteDatabase.open(.temporary)
        let migrator = Migrator(database, set)
        _ = try migrator.apply(at: MigrationTests.now)
        try migrator.apply(
            Difference.between(migrator.structure(), tables(catalogue(Self.before)))
                .additions)
        let room = "00000000-0000-0000-0000-000000000001"
        try database.writeAndWait { transaction throws(Problem) in
            do throws(DatabaseError) {
                try transaction.executeScript(
                    """
                    INSERT INTO rooms (id, name, n) VALUES ('\(room)', 'a', 1);
                    INSERT INTO members (id, room_id) VALUES ('\(room)', '\(room)');
                    """)
            } catch {
                throw Problem(error)
            }
        }
        return database
    }

    private static func statement(in advice: String) -> String? {
        guard let start = advice.firstRange(of: "by hand: ")?.upperBound,
            let end = advice[start...].lastIndex(of: ";")
        else { return nil }
        return String(advice[start...end])
    }

    /// Follows all advice that a change gets in one new file, with `set` as the files so far.
    private func follow(_ rooms: String?, _ set: MigrationSet) throws {
        let database = try database(set)
        defer { database.close() }
        let after = try catalogue(
            rooms.map { [("models/rooms.json", $0), Self.members] } ?? [])
        let built = try outcome(of: set)
        let structure = try Migrator(database, set).structure()
        let difference = try Difference.between(
            structure, recorded: built, tables(after))
        #expect(!difference.refusals.isEmpty)
        let statements = difference.refusals.compactMap { Self.statement(in: $0.advice) }
        if statements.isEmpty { return }
        let file = MigrationFile(
            fileName: "20270101T000000_by_hand.sql",
            text: Array(statements.joined(separator: "\n").utf8))
        let extended = MigrationSet(set.files + [try #require(file)])
        let migrator = Migrator(database, extended)
        #expect(try migrator.apply(at: MigrationTests.now).count == 1)
        let counts = try database.makeReader().query(
            SQL("SELECT (SELECT count(*) FROM rooms), (SELECT count(*) FROM members)")
        ) { rows throws(DatabaseError) in
            _ = try rows.next()
            return [rows.value(0), rows.value(1)]
        }
        #expect(counts == [.integer(1), .integer(1)])
        let fresh = try outcome(of: extended)
        let left = try Difference.between(
            migrator.structure(), recorded: fresh, tables(after))
        #expect(left.refusals.allSatisfy { Self.statement(in: $0.advice) == nil })
        if left.refusals.isEmpty { try migrator.apply(left.additions) }
        #expect(try Difference.between(fresh, tables(after)).refusals == [])
    }

    @Test(arguments: changes)
    func `advice can be followed where files have built the tables`(_ rooms: String?) throws {
        let set = try MigrationTests.extended(MigrationSet([]), Self.before)
        try follow(rooms, set)
    }

    @Test(arguments: changes)
    func `advice can be followed where dev alone has built the tables`(_ rooms: String?) throws {
        try follow(rooms, MigrationSet([]))
    }

    // MARK: Uniqueness that dev has added

    private static let unique = rooms.replacing(
        "\"indexes\"", with: "\"unique\": [[\"name\"]], \"indexes\"")
    private static let uniqueModels = [("models/rooms.json", unique), members]

    /// The files before dev adds the constraint, and those after `migrate new` has written it too.
    static let uniqueFiles: [(before: [[(String, String)]], recorded: [[(String, String)]])] = [
        ([], []), ([before], [before]), ([before], [before, uniqueModels]),
    ]

    private static func set(_ steps: [[(String, String)]]) throws -> MigrationSet {
        try steps.reduce(MigrationSet([])) { try MigrationTests.extended($0, $1) }
    }

    @Test(arguments: uniqueFiles)
    func `a unique constraint that is an index is dropped where files or dev have made it`(
        _ before: [[(String, String)]], _ recorded: [[(String, String)]]
    ) throws {
        let database = try database(Self.set(before))
        defer { database.close() }
        let set = try Self.set(recorded)
        let migrator = Migrator(database, set)
        let declared = try catalogue(Self.uniqueModels)
        try migrator.apply(
            Difference.between(migrator.structure(), tables(declared)).additions)
        _ = try migrator.apply(at: MigrationTests.now)
        let after = try catalogue(Self.before)
        let difference = try Difference.between(
            migrator.structure(), recorded: outcome(of: set), tables(after))
        #expect(
            difference.refusals.compactMap { Self.statement(in: $0.advice) }
                == [#"DROP INDEX IF EXISTS "rooms_name_key";"#])
        let file = MigrationFile(
            fileName: "20270101T000000_by_hand.sql",
            text: Array(#"DROP INDEX IF EXISTS "rooms_name_key";"#.utf8))
        let extended = MigrationSet(set.files + [try #require(file)])
        _ = try Migrator(database, extended).apply(at: MigrationTests.now)
        #expect(try Difference.between(migrator.structure(), tables(after)).isEmpty)
        let fresh = try outcome(of: extended)
        #expect(try Difference.between(fresh, tables(after)).refusals == [])
    }

    @Test func `a unique constraint that a file makes with its table stays declared`() throws {
        let database = try database(MigrationSet([]))
        defer { database.close() }
        let set = try Self.set([Self.uniqueModels])
        let migrator = Migrator(database, set)
        try migrator.apply(
            Difference.between(
                migrator.structure(), tables(catalogue(Self.uniqueModels))
            ).additions)
        let difference = try Difference.between(
            migrator.structure(), recorded: outcome(of: set),
            tables(catalogue(Self.before)))
        #expect(difference.refusals.map(\.advice) == [Advice.declareUnique.wording])
    }
}
