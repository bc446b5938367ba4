public import Diagnostics
public import Store

extension DatabaseStructure {
    /// The tables and indexes that are there at this moment of a transaction.
    public init(of transaction: any MigrationTransaction) throws(Problem) {
        self = try migrating { () throws(DatabaseError) in try transaction.structure() }.structure
    }
}

extension MigrationTransaction {
    /// Hands the statements of a file to `perform` one after the other, and judges the rows that
    /// they leave.
    func run(
        _ script: MigrationScript, of file: MigrationFile,
        _ perform: (MigrationScript.Statement, SourceFile) throws(Problem) -> Void
    ) throws(Problem) {
        let source = SourceFile(path: file.path, bytes: file.text)
        for statement in script.statements { try perform(statement, source) }
        let fault = try migrating { () throws(DatabaseError) in
            try endScript()
            return try foreignKeyFault(in: file.path)
        }
        if let fault { throw .migration(fault) }
    }

    /// Runs one statement of a migration file.
    ///
    /// - Parameters:
    ///   - advice: asked what to do where the database has what the statement makes.
    ///   - rows: asked what is said of rows that are in its way, where more is known of them than
    ///     the engine tells.
    func run(
        _ statement: MigrationScript.Statement, _ source: SourceFile,
        whereRepeating advice: () throws(Problem) -> String? = { nil },
        whereBroken rows: () -> String? = { nil }
    ) throws(Problem) {
        if let refusal = statement.refusal {
            throw .migration(
                "\(source.location(refusal.offset)): \(refusal.message)",
                hint: "Nothing of the file was applied. \(refusal.wayOut)")
        }
        if let expectation = statement.expectation {
            let place = source.location(statement.offset).description
            guard let found = try found(by: statement.text, expectation, at: place) else { return }
            throw .migration(found, hint: "Nothing of the file was applied.")
        }
        do throws(DatabaseError) {
            try run(statement)
        } catch {
            let message =
                (error.isOfRows ? rows() : nil)
                ?? error.wording(in: source, at: statement.offset) + example(of: error)
            if error.advice == nil, isRepetition(error) {
                throw .migration(message, hint: try advice())
            }
            throw .migration(message, hint: error.advice)
        }
    }

    /// Takes down that a file is applied.
    func remember(_ file: MigrationFile, at now: Instant) throws(Problem) {
        try migrating { () throws(DatabaseError) in try remember(MigrationRecord(file, at: now)) }
    }

    /// Takes down that a file begins which no transaction takes back.
    func begin(_ file: MigrationFile, _ script: MigrationScript, at now: Instant) throws(Problem) {
        try migrating { () throws(DatabaseError) in
            try begin(MigrationRecord(file, at: now), script)
        }
    }

    /// What is said of rows that stand in the way of a change, with the first of them; nil where
    /// there are none.
    func found(
        by query: String, _ expectation: String, at place: String?
    ) throws(Problem) -> String? {
        let limit = DefinitionLimits.rowsShownMax
        let rows = try migrating { () throws(DatabaseError) in
            try findings(of: query, limit: limit + 1)
        }
        if rows.isEmpty { return nil }
        let shown = rows.prefix(limit).map { "(\($0.map(\.asExample).joined(separator: ", ")))" }
        let more = rows.count > limit ? " and more" : ""
        return (place.map { "\($0): " } ?? "") + expectation
            + ": \(shown.joined(separator: ", "))\(more)"
    }

    /// Carries out the steps of a difference, and takes down that what they add is development's.
    ///
    /// - Throws: `migration_failed` naming what rows stand in the way of.
    public func carryOut(_ difference: Difference) throws(Problem) {
        try requireNoObstacles(to: difference)
        for step in difference.steps {
            for statement in step.statements { try carryOut(statement, of: step) }
            try migrating { () throws(DatabaseError) in
                for item in step.items where item.isAddition { try claim(item.part) }
            }
        }
        if difference.isAdditive { return }
        let fault = try migrating { () throws(DatabaseError) in
            try endScript()
            return try foreignKeyFault(in: "Schemas/")
        }
        if let fault { throw .migration(fault) }
    }

    /// Lists all rows that stand in the way, whichever step they concern. What only an earlier step
    /// makes cannot be asked yet, and is asked before its own.
    private func requireNoObstacles(to difference: Difference) throws(Problem) {
        // Names are those that there will be.
        if difference.items.contains(where: { $0.action == .rename }) { return }
        var found: [String] = []
        for step in difference.steps {
            for statement in step.statements where statement.expectation != nil {
                if let rows = try? obstacle(statement, to: step) { found.append(rows) }
            }
        }
        guard let first = found.first else { return }
        throw .migration(
            first, details: found.count > 1 ? found.joined(separator: "\n") : nil,
            hint: "None of it was applied.")
    }

    /// What a query finds that is to find nothing.
    private func obstacle(
        _ statement: ChangeStatement, to step: Difference.Step
    ) throws(Problem) -> String? {
        guard let expectation = statement.expectation else { return nil }
        let item = step.items[min(statement.alteration, step.items.count - 1)]
        return try found(
            by: statement.text, expectation, at: item.location?.description)
    }

    private func carryOut(
        _ statement: ChangeStatement, of step: Difference.Step
    ) throws(Problem) {
        if statement.expectation != nil {
            guard let rows = try obstacle(statement, to: step) else { return }
            throw .migration(rows, hint: "None of it was applied.")
        }
        do throws(DatabaseError) {
            try execute(statement.text)
        } catch {
            let what = step.items.map(\.description).joined(separator: ", ")
            throw .migration("\(what) cannot be made: \(error.wording)" + example(of: error))
        }
    }

    /// What is wrong where rows that `source` left refer to others that are not there; nil where
    /// none does.
    func foreignKeyFault(in source: String) throws(DatabaseError) -> String? {
        guard let broken = try brokenReference() else { return nil }
        return "\(source): rows of \"\(broken.table)\" refer to rows of \"\(broken.parent)\" "
            + "that are not there"
    }

    /// For rows that are alike: the value that most of them have, for the operator's eyes only.
    /// Empty where there is none.
    private func example(of error: DatabaseError) -> String {
        guard case .unique(let table, let columns) = error, !columns.isEmpty else { return "" }
        do throws(DatabaseError) {
            guard let (values, count) = try commonest(columns, in: table) else { return "" }
            let shown = values.map(\.asExample)
            return ": \(shown.joined(separator: ", ")) is in \(count) of them"
        } catch {
            // The fault itself is worded without it.
            return ""
        }
    }
}

extension String {
    /// A value of a row, for the operator's eyes: no longer than is read.
    fileprivate var asExample: String {
        count > SchemaLimits.exampleLengthMax
            ? String(prefix(SchemaLimits.exampleLengthMax)) + "…" : self
    }
}

extension MigrationRecord {
    fileprivate init(_ file: MigrationFile, at now: Instant) {
        self.init(
            version: file.version, name: file.name, checksum: file.checksum,
            appliedAt: now.postgres)
    }
}
