import Diagnostics
import Store
import Synchronization
import Values

@testable import StoreSQLite

/// A database with two tables, and programs that write them.
struct ProgramStage {
    static let members = Table(
        "members", [.init("name", .text, isNullable: false)],
        primaryKey: .init("members_pkey", [0]),
        dependents: [
            .init(
                "notes_owner_fkey", [0], of: "notes",
                [.init("owner", .text, isNullable: true)], holdsRows: true)
        ])

    static let notes = Table(
        "notes",
        [
            .init("id", .integer, isNullable: false), .init("slug", .text, isNullable: true),
            .init("n", .integer, isNullable: false), .init("owner", .text, isNullable: true),
        ],
        primaryKey: .init("notes_pkey", [0]), uniques: [.init("notes_slug_key", [1])],
        references: [
            .init(
                "notes_owner_fkey", [3], of: "members",
                [.init("name", .text, isNullable: false)], holdsRows: true)
        ],
        identity: (0, IdentitySequence(table: "notes", column: "id", maximum: 9)))

    let database: SQLiteDatabase

    init() throws {
        database = try SQLiteDatabase.open(.temporary)
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.script(
                """
                CREATE TABLE members (name TEXT NOT NULL PRIMARY KEY) STRICT;
                CREATE TABLE notes (id INTEGER PRIMARY KEY, slug TEXT UNIQUE,
                    n INTEGER NOT NULL CONSTRAINT small CHECK (n < 100),
                    owner TEXT REFERENCES members(name)) STRICT;
                INSERT INTO members VALUES ('ann'), ('bob');
                INSERT INTO notes VALUES (1, 'a', 10, 'ann'), (2, 'b', 20, 'bob');
                """)
        }
    }

    // MARK: Conditions

    static func column(_ place: Int, _ row: String) -> ValueExpression {
        notes.column(place, of: row)
    }

    /// `n` below a number.
    static func isBelow(_ number: Int64, _ row: String = Alias.new) -> ValueExpression {
        .comparison(.less, column(2, row), .constant(.integer(number), .integer))
    }

    static func isOwnedByAnn(_ row: String) -> ValueExpression {
        .comparison(.equal, column(3, row), .constant(.text("ann"), .text))
    }

    /// Whether the owner of a row is a member: a look-up.
    static func isOwnedByMember(_ row: String) -> ValueExpression {
        .exists(
            SelectStatement(
                [], from: [.init(.table("members"), as: "m")],
                where: [
                    .comparison(
                        .equal, .column("name", of: "m", type: .text), column(3, row))
                ]))
    }

    /// The rows as `[{"id":…,"slug":…}]`.
    static func representation(
        _ rule: ValueExpression? = nil, as form: RowForm = .array(stripsNulls: false)
    ) -> Returning.Representation {
        Returning.Representation(
            SelectStatement(
                [.init(column(0, "t")), .init(column(2, "t"))],
                from: [.init(.table("notes"), as: "t")], where: rule.map { [$0] } ?? []),
            RowLayout([("id", .integer), ("n", .integer)]), as: form, rule: rule)
    }

    static func fault(_ name: String) -> Problem { Problem(code: name, status: 400, message: name) }

    // MARK: Runs

    func run(_ program: InsertProgram, _ rows: NewRows) async -> WriteOutcome {
        await outcome {
            database.prepare(program).run(rows, Operands(), .none, reply: $0)
        }
    }

    func run(_ program: UpdateProgram, _ values: NewValues) async throws -> WriteOutcome {
        let prepared = database.prepare(program)
        let found = try find(prepared.search)
        return await outcome { prepared.run(values, on: found, Operands(), .none, reply: $0) }
    }

    func run(_ program: DeleteProgram) async throws -> WriteOutcome {
        let prepared = database.prepare(program)
        let found = try find(prepared.search)
        return await outcome { prepared.run(on: found, Operands(), .none, reply: $0) }
    }

    private func find(_ search: BoundSQL?) throws -> FoundRows? {
        guard let search else { return nil }
        let reader = try database.makeReader()
        guard case .done(let found) = try reader.find(search, Operands(), .none) else {
            return nil
        }
        return found
    }

    private func outcome(_ start: (@escaping WriteReply) -> WriteWithdrawal) async -> WriteOutcome {
        let (outcomes, told) = AsyncStream<WriteOutcome>.makeStream()
        _ = start { told.yield($0) }
        for await outcome in outcomes { return outcome }
        return .failure(.failed(Self.fault("no reply")))
    }

    /// All notes: `1|a|10|ann 2|b|20|bob`.
    func contents() throws -> String {
        let rows = try database.makeReader().all("SELECT * FROM notes ORDER BY id")
        return rows.map { row in
            row.map { value in
                switch value {
                case .null: "-"
                case .integer(let number): "\(number)"
                case .text(let text): text
                case .real, .blob: "?"
                }
            }.joined(separator: "|")
        }.joined(separator: " ")
    }

    static let before = "1|a|10|ann 2|b|20|bob"
}

/// What became of a write, in short.
func summary(_ outcome: WriteOutcome) -> String {
    switch outcome {
    case .success(let result):
        let body = result.body.map { " " + String(decoding: $0, as: UTF8.self) } ?? ""
        let key = result.key.map { " key \($0)" } ?? ""
        return "\(result.affected) written, \(result.inserted) new\(body)\(key)"
    case .failure(.faulty(let problem)): return "faulty \(problem.code)"
    case .failure(.failed(let problem)): return "failed \(problem.code)"
    case .failure(.violation(let violation)): return summary(violation)
    case .failure(let refusal): return "\(refusal)"
    }
}

private func summary(_ violation: ConstraintViolation) -> String {
    switch violation {
    case .unique(let name, let columns, let values):
        "unique \(name) \(columns) \(values ?? [])"
    case .notNull(let column, let row): "notNull \(column) \(row ?? [])"
    case .check(let name, let row): "check \(name) \(row ?? [])"
    case .missingParent(let reference, let values):
        "missingParent \(reference.name) \(reference.other) \(values)"
    case .stillReferenced(let reference, let values):
        "stillReferenced \(reference.name) \(reference.other) \(values)"
    }
}
