import Diagnostics
import PostgresTestSupport
import Schema
import Store
import StorePostgres
import StorePostgresTestSupport
import StoreSQLite
import TestSupport
import Testing
import Values

@testable import Expressions

/// The rows of a laboratory in PostgreSQL as well.
private final class PostgresLaboratory {
    let laboratory: Laboratory
    private let database: SampleDatabase

    init(seed: UInt64) throws {
        laboratory = try Laboratory(seed: seed, documents: Pool.canonicalDocuments)
        database = try SampleDatabase()
        for (model, rows) in laboratory.tables {
            try database.make(Fixture.model(model).table, rows)
        }
    }

    /// What PostgreSQL answers for every row; the old image of a row is the next row.
    func inSQL(_ predicate: Predicate, _ identity: Identity) throws -> [Bool?] {
        let sql = predicate.condition(on: "t", old: "o").written(
            "SELECT ",
            " FROM items AS t JOIN items AS o ON o._row = t._row % \(Laboratory.rowCount) + 1 "
                + "ORDER BY t._row", in: database.dialect)
        let context = identity.context(now: laboratory.instant)
        return try database.rows(of: sql, as: [.boolean], context).map { $0[0].truth }
    }

    /// What the evaluator answers for every row, asking PostgreSQL about other rows.
    func inMemory(_ predicate: Predicate, _ identity: Identity) throws -> [Bool?] {
        try laboratory.inMemory(
            predicate, identity, asking: database.dialect
        ) { [database] (sql, context) throws(Problem) in
            do {
                let rows = try database.rows(of: sql, as: sql.columns, context)
                return rows.first?.first ?? .null
            } catch {
                throw Problem(code: "XX000", status: 500, message: "\(error)\n\(sql.text)")
            }
        }
    }

    /// Whether PostgreSQL, the evaluator and SQLite agree on every row.
    func agree(
        _ predicate: Predicate, _ identity: Identity, _ tally: inout Tally, _ text: String
    ) throws -> Bool {
        let expected = try laboratory.inSQL(predicate, identity)
        var found: [[Bool?]] = []
        do {
            found = [try inSQL(predicate, identity), try inMemory(predicate, identity)]
        } catch {
            Issue.record("\(text)\n\(written(predicate))\n\(error)")
            return false
        }
        tally.add(expected)
        for (answers, who) in zip(found, ["PostgreSQL", "memory"]) where answers != expected {
            let row = expected.indices.first { expected[$0] != answers[$0] } ?? 0
            Issue.record(
                """
                \(identity.userID ?? "nobody"), row \(row): SQLite says \
                \(String(describing: expected[row])), \(who) \(String(describing: answers[row]))
                \(text)
                \(written(predicate))
                \(zip(predicate.model.columns, laboratory.rows[row]).map { "\($0.name)=\($1)" })
                """)
            return false
        }
        return true
    }

    private func written(_ predicate: Predicate) -> String {
        let sql = predicate.condition(on: "t", old: "o").written("", "", in: database.dialect)
        return "\(sql.text.prefix(4000)) \(sql.arguments.prefix(20))"
    }
}

extension Value {
    fileprivate var truth: Bool? {
        if case .integer(let number) = self { number != 0 } else { nil }
    }
}

extension Pool {
    /// The documents as a store holds them.
    static let canonicalDocuments = documents.compactMap(canonical)

    static func canonical(_ document: String) -> String? {
        (try? ColumnType.json.parse(document)).flatMap(ColumnType.json.text)
    }
}

/// PostgreSQL against SQLite and memory: the same rules, rows and callers give the same answers.
@Suite(.blocking, .needsPostgres) struct PostgresAgreementTests {
    @Test(arguments: [false, true])
    func `PostgreSQL gives the same answers to random rules`(withOldRow: Bool) throws {
        var tally = Tally()
        let seed = AgreementTests.seed
        var engines = try PostgresLaboratory(seed: seed)
        for number in 0..<300 {
            if number % 100 == 99 {
                engines = try PostgresLaboratory(seed: seed &+ UInt64(number))
            }
            let ruleSeed = seed &* 100_003 &+ UInt64(number) &* 2 &+ (withOldRow ? 1 : 0)
            var rules = RandomRules(seed: ruleSeed, allowsOld: withOldRow)
            let text = rules.rule()
            let predicate = try compile(text, purpose: withOldRow ? .updateCheck : .access).get()
            for identity in engines.laboratory.identities {
                guard try engines.agree(predicate, identity, &tally, text) else { return }
            }
        }
        tally.tell(withOldRow ? "update checks on PostgreSQL" : "rules on PostgreSQL", seed: seed)
        #expect(tally.triples >= 10_000)
    }

    @Test func `PostgreSQL gives the same answers to random filters`() throws {
        var tally = Tally()
        let seed = AgreementTests.seed
        let engines = try PostgresLaboratory(seed: seed)
        var filters = RandomFilters(seed: seed)
        for _ in 0..<400 {
            let (name, value) = filters.parameter()
            let predicate = try Fixture.filter(name, value)
                .resolved(for: Fixture.model("items")).predicate
            guard try engines.agree(predicate, .anonymous, &tally, "?\(name)=\(value)") else {
                return
            }
        }
        tally.tell("filters on PostgreSQL", seed: seed)
    }

    @Test func `PostgreSQL takes whatever the limits let through`() throws {
        var tally = Tally()
        let engines = try PostgresLaboratory(seed: AgreementTests.seed)
        for rule in AgreementTests.extremes {
            guard case .success(let predicate) = compile(rule) else { continue }
            _ = try engines.agree(predicate, .ann, &tally, String(rule.prefix(200)))
        }
        for (name, value) in AgreementTests.extremeFilters {
            let predicate = try Fixture.filter(name, value)
                .resolved(for: Fixture.model("items")).predicate
            _ = try engines.agree(predicate, .ann, &tally, String(value.prefix(200)))
        }
    }

    /// Every function with every list of operands that it takes, as constants and as arguments.
    @Test func `every function means the same in PostgreSQL`() throws {
        let database = try SampleDatabase()
        for function in FunctionAgreementTests.functions { try compare(function, in: database) }
    }

    private func compare(_ function: Function, in database: SampleDatabase) throws {
        var wrong = 0
        for operands in Self.samples(of: function) {
            let constants = Expression.call(function, operands.map(Expression.constant))
            let found = try? Evaluator().value(
                constants, Evaluator.Row(new: [], old: nil), Evaluation(context: .none))
            let arguments = Expression.call(function, operands.indices.map(Expression.argument))
            // An argument is of a column's type, even if it is NULL; here it would be of none.
            let isTyped = !operands.contains(.null)
            for call in isTyped ? [constants, arguments] : [constants] {
                var lowering = Lowering(
                    model: Fixture.model("items"), naming: .aliases(new: "t", old: "o"),
                    arguments: operands)
                let select = SelectStatement([.init(lowering.lower(call))], from: [])
                let sql = database.dialect.text(of: select)
                let answer = Result { try database.rows(of: sql, as: sql.columns)[0][0] }
                if function.same(try? answer.get(), found) { continue }
                wrong += 1
                Issue.record(
                    """
                    \(function.name) of \(operands): \(answer), in memory \
                    \(String(describing: found))\n\(sql.text) \(sql.arguments)
                    """)
                if wrong > 5 { return }
            }
        }
    }

    private static func samples(of function: Function) -> [[Value]] {
        function.parameters.samples.map { operands in
            operands.map { operand in
                guard case .text(let text) = operand, Pool.documents.contains(text) else {
                    return operand
                }
                return Value(Pool.canonical(text))
            }
        }
    }

    @Test func `PostgreSQL compares json values by value`() throws {
        let database = try SampleDatabase()
        for (left, right) in JSONEqualityTests.same {
            try compare(left, right, areEqual: true, in: database)
            try compare(right, left, areEqual: true, in: database)
        }
        for (left, right) in JSONEqualityTests.different {
            try compare(left, right, areEqual: false, in: database)
            try compare(right, left, areEqual: false, in: database)
        }
    }

    private func compare(
        _ left: String, _ right: String, areEqual: Bool, in database: SampleDatabase
    ) throws {
        let literal = SQLiteDialect().literal(.text(right), .text)
        for rule in [
            "data -> 'a' = \(literal)", "not (data -> 'a' <> \(literal))",
            "data -> 'a' in ('[9]', \(literal))", "data -> 'a' = data -> 'b'",
            "data -> 'a' is not distinct from (data -> 'b')",
            "auth.jwt() -> 'a' = data -> 'b'", "data -> 'b' = old.data -> 'a'",
        ] {
            let predicate = try compile(rule, purpose: .updateCheck).get()
            var writer = StatementWriter(database.dialect)
            writer.append("SELECT ")
            writer.append(predicate.condition(on: "t", old: "o"))
            for (json, after) in [
                (#"{"a":\#(left),"b":\#(right)}"#, " AS t, "), (#"{"a":\#(left)}"#, " AS o"),
            ] {
                writer.append(after == " AS t, " ? " FROM (SELECT " : "(SELECT ")
                writer.append(.init(try ColumnType.json.parse(json), .json))
                writer.append(" AS data)\(after)")
            }
            let claims = ColumnType.json.text(
                of: try ColumnType.json.parse(#"{"a":\#(left)}"#))
            let context = Identity(role: .authenticated, claims: claims ?? "{}")
                .context(now: nil)
            let answer = try database.rows(of: writer.statement, as: [.boolean], context)
            #expect(answer == [[Value(areEqual)]], "\(rule) on \(left), \(right)")
        }
    }

    @Test func `a real constant is the same number in PostgreSQL`() throws {
        let database = try SampleDatabase()
        for text in RealConstantTests.constants {
            let number = try #require(Double(text))
            let predicate = try compile("score = '\(text)'::float8").get()
            let select = predicate.condition(on: "t").written(
                "SELECT ", " FROM (SELECT $7 AS score) AS t", in: database.dialect)
            let sql = BoundSQL(
                text: select.text, arguments: [.real(number)], types: [.real], mentions: [])
            #expect(try database.rows(of: sql, as: [.boolean]) == [[.integer(1)]], "\(text)")
        }
    }
}

extension Function {
    /// Whether an engine's answer is that of memory; nil is a refusal. Keys of json values are
    /// equal or not, and have no form.
    fileprivate func same(_ one: Value?, _ other: Value?) -> Bool {
        self == .jsonKey ? one?.jsonKey == other?.jsonKey : one == other
    }
}
