import Diagnostics
import Schema
import Store
import StoreSQLite
import TestSupport
import Testing
import Values

@testable import Expressions

/// Runs expressions both ways, on SQLite and in memory, over the same rows and callers.
final class Laboratory {
    let reader: SQLiteReader
    let rows: [[Value]]
    let identities: [Identity]
    /// All rows of each model.
    let tables: [(model: String, rows: [[Value]])]
    let instant = Instant(seconds: 1_767_225_600)
    private let database: SQLiteDatabase

    static let rowCount = 14

    /// - Parameter documents: The json values of rows. A store holds them in canonical form; the
    ///   embedded engine may have others of an older version.
    init(seed: UInt64, documents: [String] = Pool.documents) throws {
        var random = SeededGenerator(seed: seed)
        database = try SQLiteDatabase.open(.temporary)
        let members = Self.members(&random)
        let teams = Self.teams(&random)
        let items = (0..<Self.rowCount).map { Self.item($0, documents, &random) }
        rows = items
        tables = [("teams", teams), ("members", members), ("items", items)]
        try database.writeAndWait { transaction throws(Problem) in
            do throws(DatabaseError) {
                try Self.fill("teams", teams, transaction)
                try Self.fill("members", members, transaction)
                try Self.fill("items", items, transaction)
            } catch {
                throw Problem(error)
            }
        }
        reader = try database.makeReader()
        identities = [
            .anonymous, .ann,
            Identity(
                role: .authenticated, userID: Pool.bob, email: "bo\u{E9}@example.org", aal: "aal2",
                claims: #"{"a":[1,{"b":"x"}],"role":"b","sub":"\#(Pool.bob)"}"#),
        ]
    }

    deinit { database.close() }

    private static func fill(
        _ name: String, _ rows: [[Value]], _ transaction: SQLiteTransaction
    ) throws(DatabaseError) {
        let columns = Fixture.model(name).columns.map { column in
            "\"\(column.name)\" \(column.type.traits.storage.rawValue.uppercased())"
        }
        _ = try transaction.run(
            SQL(text: "CREATE TABLE \"\(name)\" (\(columns.joined(separator: ", "))) STRICT"))
        for row in rows {
            var sql = SQL(text: "INSERT INTO \"\(name)\" VALUES (")
            for (index, value) in row.enumerated() {
                if index > 0 { sql.append(", ") }
                sql.append(argument: value, .text)
            }
            sql.append(")")
            _ = try transaction.run(sql)
        }
    }

    // MARK: Rows

    private static func team(_ number: Int) -> Value {
        .text("00000000-0000-4000-8000-0000000001\(number)0")
    }

    private static func maybe(_ value: Value, _ random: inout SeededGenerator) -> Value {
        Int.random(in: 0..<4, using: &random) == 0 ? .null : value
    }

    private static func pick<T>(_ choices: [T], _ random: inout SeededGenerator) -> T {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    private static func teams(_ random: inout SeededGenerator) -> [[Value]] {
        (0..<4).map { number in
            [
                team(number), maybe(.text(pick([Pool.ann, Pool.bob], &random)), &random),
                maybe(team(pick([0, 1, 2, 9], &random)), &random),
                maybe(.text(pick(Pool.drawn, &random)), &random),
                maybe(.integer(pick(Pool.integers, &random)), &random),
            ]
        }
    }

    private static func members(_ random: inout SeededGenerator) -> [[Value]] {
        (0..<8).map {
            [
                .text("00000000-0000-4000-8000-00000000030\($0)"),
                maybe(team(pick([0, 1, 2, 3], &random)), &random),
                maybe(.text(pick([Pool.ann, Pool.bob], &random)), &random),
                maybe(.text(pick(["owner", "member"], &random)), &random),
                maybe(.integer(pick(Pool.integers, &random)), &random),
            ]
        }
    }

    private static func item(
        _ number: Int, _ documents: [String], _ random: inout SeededGenerator
    ) -> [Value] {
        let uuids = [Pool.ann, Pool.bob]
        let values: [Value] = [
            .text("00000000-0000-4000-8000-00000000020\(number % 10)"),
            .text(pick(uuids, &random)), team(pick([0, 1, 2, 3, 7], &random)),
            .text(pick(Pool.drawn, &random)), .text(pick(Pool.drawn, &random)),
            .text(pick(["draft", "published", "gone"], &random)),
            .integer(Int64.random(in: 0...1, using: &random)),
            .integer(pick(Pool.integers, &random)),
            .integer(pick([0, 1, -1, 100, Int64(Int32.max), Int64(Int32.min)], &random)),
            .integer(pick(Pool.decimals, &random)), .integer(pick(Pool.weights, &random)),
            .real(pick(Pool.reals, &random)), .text(pick(Pool.timestamps, &random)),
            .text(pick(Pool.dates, &random)), .text(pick(documents, &random)),
            .blob(pick([[], [0], [0, 255]], &random)),
        ]
        return values.map { maybe($0, &random) }
    }

    // MARK: Both ways

    /// What SQLite answers for every row; the old image of a row is the next row.
    func inSQL(_ predicate: Predicate, _ identity: Identity) throws -> [Bool?] {
        let sql = predicate.condition(on: "t", old: "o").written(
            "SELECT ",
            " FROM items AS t JOIN items AS o ON o.rowid = t.rowid % \(Self.rowCount) + 1 "
                + "ORDER BY t.rowid")
        return try reader.query(
            text: sql.text, arguments: sql.arguments, identity.context(now: instant),
            budget: .timeout(.seconds(10))
        ) {
            (rows: inout Rows) throws(DatabaseError) in
            var answers: [Bool?] = []
            while try rows.next() { answers.append(rows.isNull(0) ? nil : rows.int64(0) != 0) }
            return answers
        }
    }

    /// What the evaluator answers for every row.
    func inMemory(_ predicate: Predicate, _ identity: Identity) throws -> [Bool?] {
        try inMemory(
            predicate, identity, asking: SQLiteDialect()
        ) { [reader] (sql, context) throws(Problem) in
            do throws(DatabaseError) {
                return try reader.scalar(sql, context)
            } catch {
                throw Problem(error)
            }
        }
    }

    /// What the evaluator answers for every row, when another engine answers `lookup`.
    func inMemory(
        _ predicate: Predicate, _ identity: Identity, asking dialect: any Dialect,
        _ lookup: @escaping Evaluation.Lookup
    ) throws -> [Bool?] {
        let evaluation = Evaluation(
            context: identity.context(now: instant), dialect: dialect, lookup: lookup)
        return try rows.indices.map { index in
            let input = RowInput(
                new: rows[index], old: rows[(index + 1) % rows.count], model: predicate.model)
            return try predicate.evaluate(input, in: evaluation)
        }
    }
}

/// Counts what was compared, and how the answers were spread.
struct Tally {
    var triples = 0
    var yes = 0
    var unknown = 0

    mutating func add(_ answers: [Bool?]) {
        triples += answers.count
        yes += answers.filter { $0 == true }.count
        unknown += answers.filter { $0 == nil }.count
    }

    func tell(_ what: String, seed: UInt64) {
        print(
            "\(what): \(triples) (rule, row, user) triples agree (seed \(seed)): \(yes) true, "
                + "\(triples - yes - unknown) false, \(unknown) unknown")
    }
}

@Suite(.blocking) struct AgreementTests {
    /// Another seed tries other cases: `APUS_SEED=7 swift test --filter AgreementTests`.
    static let seed = chosenSeed ?? 2026

    @Test(arguments: [false, true])
    func `SQLite and memory give the same answers to random rules`(withOldRow: Bool) throws {
        var tally = Tally()
        var laboratory = try Laboratory(seed: Self.seed)
        for number in 0..<600 {
            if number % 150 == 149 {
                laboratory = try Laboratory(seed: Self.seed &+ UInt64(number))
            }
            let seed = Self.seed &* 100_003 &+ UInt64(number) &* 2 &+ (withOldRow ? 1 : 0)
            var rules = RandomRules(seed: seed, allowsOld: withOldRow)
            let text = rules.rule()
            let predicate = try #require(
                try? compile(text, purpose: withOldRow ? .updateCheck : .access).get(),
                "seed \(seed): \(text)\n\(compile(text, purpose: .updateCheck))")
            for identity in laboratory.identities {
                let expected = try laboratory.inSQL(predicate, identity)
                let found = try laboratory.inMemory(predicate, identity)
                tally.add(expected)
                let differs = expected.indices.first { expected[$0] != found[$0] }
                guard let row = differs else { continue }
                Issue.record(
                    """
                    seed \(seed), \(identity.userID ?? "nobody"), row \(row): SQL says \
                    \(String(describing: expected[row])), memory \(String(describing: found[row]))
                    \(text)
                    \(predicate.text)
                    \(zip(predicate.model.columns.map(\.name), laboratory.rows[row]).map { "\($0)=\($1)" })
                    """)
                return
            }
        }
        tally.tell(withOldRow ? "update checks" : "rules", seed: Self.seed)
        #expect(tally.triples >= 20_000)
        #expect(tally.yes > 2000 && tally.unknown > 2000)
    }

    @Test func `SQLite and memory give the same answers to random filters`() throws {
        var tally = Tally()
        let laboratory = try Laboratory(seed: Self.seed)
        var filters = RandomFilters(seed: Self.seed)
        for _ in 0..<800 {
            let (name, value) = filters.parameter()
            let predicate = try Fixture.filter(name, value)
                .resolved(for: Fixture.model("items")).predicate
            let expected = try laboratory.inSQL(predicate, .anonymous)
            let found = try laboratory.inMemory(predicate, .anonymous)
            tally.add(expected)
            #expect(
                expected == found, "?\(name)=\(value)\n\(predicate.text) \(predicate.arguments)")
        }
        tally.tell("filters", seed: Self.seed)
    }

    /// Rules that are as long and as deep as they may be, and some that are more.
    static let extremes: [String] = {
        var rules = [(0..<3000).map { "n = \($0)" }.joined(separator: " or ")]
        rules.append("title" + String(repeating: " || 'a'", count: 32) + " = ''")
        rules.append(
            (0..<60).reduce("n = 1") { inner, level in
                "n = \(level) \(level.isMultiple(of: 2) ? "or" : "and") (\(inner))"
            })
        var exists = "flag"
        var coalesce = "n"
        var path = "team"
        for level in 0..<20 {
            exists = "exists(teams as t\(level) where name = '' and (rank = 1 or \(exists)))"
                .replacing("flag", with: "items.flag")
            coalesce = "coalesce(\(coalesce), 1)"
            path += ".parent"
            rules += [exists, "\(coalesce) = 1", "\(path).rank = 1"]
        }
        return rules
    }()

    /// Filters that are as long and as deep as they may be.
    static let extremeFilters: [(name: String, value: String)] = {
        let wide = "(\((0..<8000).map { "n.eq.\($0)" }.joined(separator: ",")))"
        let deep = (0..<60).reduce("n.eq.1") { inner, level in
            "\(level.isMultiple(of: 2) ? "or" : "not.and")(n.eq.\(level),\(inner))"
        }
        let list = "in.(\((0..<8000).map(String.init).joined(separator: ",")))"
        return [("or", wide), ("and", "(\(deep))"), ("n", list)]
    }()

    @Test func `SQLite takes whatever the limits let through`() throws {
        let laboratory = try Laboratory(seed: Self.seed)
        var taken = 0
        for rule in Self.extremes {
            guard case .success(let predicate) = compile(rule) else { continue }
            let answers = try laboratory.inSQL(predicate, .ann)
            #expect(try answers == laboratory.inMemory(predicate, .ann), "\(rule.prefix(200))")
            taken += 1
        }
        #expect(taken >= 15)
        for (name, value) in Self.extremeFilters {
            let predicate = try Fixture.filter(name, value)
                .resolved(for: Fixture.model("items")).predicate
            let answers = try laboratory.inSQL(predicate, .ann)
            #expect(try answers == laboratory.inMemory(predicate, .ann))
        }
    }
}
