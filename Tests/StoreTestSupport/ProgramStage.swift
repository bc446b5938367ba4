public import Diagnostics
public import Store
public import Values

/// Two tables, conditions on their rows, and what programs about them tell: the same for every
/// engine.
public enum ProgramStage {
    public static let members = Table(
        "members", [.init("name", .text, isNullable: false)],
        primaryKey: .init("members_pkey", [0]),
        dependents: [
            .init(
                "notes_owner_fkey", [0], of: "notes",
                [.init("owner", .text, isNullable: true)], holdsRows: true)
        ])

    public static let notes = Table(
        "notes",
        [
            .init("id", .integer, isNullable: false), .init("slug", .text, isNullable: true),
            .init("n", .integer, isNullable: false), .init("owner", .text, isNullable: true),
        ],
        primaryKey: .init("notes_pkey", [0]),
        uniques: [.init("notes_slug_key", [1]), .init("notes_n_owner_key", [2, 3])],
        references: [
            .init(
                "notes_owner_fkey", [3], of: "members",
                [.init("name", .text, isNullable: false)], holdsRows: true)
        ],
        identity: (0, IdentitySequence(table: "notes", column: "id", maximum: 9)))

    // MARK: Conditions

    public static func column(_ place: Int, _ row: String) -> ValueExpression {
        notes.column(place, of: row)
    }

    /// `n` below a number.
    public static func isBelow(_ number: Int64, _ row: String = Alias.new) -> ValueExpression {
        .comparison(.less, column(2, row), .constant(.integer(number), .integer))
    }

    public static func isOwnedByAnn(_ row: String) -> ValueExpression {
        .comparison(.equal, column(3, row), .constant(.text("ann"), .text))
    }

    /// Whether the owner of a row is a member: a look-up.
    public static func isOwnedByMember(_ row: String) -> ValueExpression {
        .exists(
            SelectStatement(
                [], from: [.init(.table("members"), as: "m")],
                where: [
                    .comparison(
                        .equal, .column("name", of: "m", type: .text), column(3, row))
                ]))
    }

    /// The rows as `[{"id":…,"slug":…}]`.
    public static func representation(
        _ rule: ValueExpression? = nil, as form: RowForm = .array(stripsNulls: false)
    ) -> Returning.Representation {
        Returning.Representation(
            SelectStatement(
                [.init(column(0, "t")), .init(column(2, "t"))],
                from: [.init(.table("notes"), as: "t")], where: rule.map { [$0] } ?? []),
            RowLayout([("id", .integer), ("n", .integer)]), as: form, rule: rule)
    }

    public static func fault(_ name: String) -> Problem { Problem(code: name, status: 400, message: name) }

    /// The notes that are there at the start, as ``lines(_:)`` writes them.
    public static let before = "1|a|10|ann 2|b|20|bob"
}

/// All rows of a table: `1|a|10|ann 2|b|20|bob`.
public func lines(_ rows: [[Value]]) -> String {
    rows.map { row in
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

/// What became of a write, in short.
public func summary(_ outcome: WriteOutcome) -> String {
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
