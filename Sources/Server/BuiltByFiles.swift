import Diagnostics
import Schema
import Store

/// What all migration files of a project build, beside what its models declare: the one judge of
/// whether production may serve them, for `apus check` too.
struct BuiltByFiles: Sendable {
    /// What the files build and drop.
    let dryRun: DryRun
    /// What the models declare.
    private let declared: DeclaredTables
    /// What the files lack of it.
    let difference: Difference
    private let passedOver: String?

    /// Applies the files to a database that is thrown away. Blocks.
    ///
    /// - Throws: `migration_failed` when a statement fails, and what `SchemaSet.tables` throws.
    init(_ set: MigrationSet, _ schemas: SchemaSet, on engine: some MigrationEngine) throws {
        dryRun = try DryRun(set, on: engine)
        declared = try schemas.tables(on: engine)
        difference = Difference.between(dryRun.built, from: .migrations, declared)
        passedOver = set.countsPassedOver
    }

    /// The same for a command, which leaves nothing.
    init(_ set: MigrationSet, _ schemas: SchemaSet, _ options: ServerOptions) throws {
        self = try options.database().withScratch(try options.commandLog()) { engine in
            try BuiltByFiles(set, schemas, on: engine)
        }
    }

    /// Throws unless the files build what is declared.
    ///
    /// - Throws: `schema_refused` with every reason why no file would do, or else
    ///   `migration_missing`, naming what is missing.
    func requireComplete() throws(Problem) {
        try difference.requireNothing(of: "what Migrations/ builds") {
            .unwritten($0, beside: passedOver)
        }
    }

    /// Throws unless a database is what is declared, which the files build.
    ///
    /// - Throws: `schema_refused`, or `database_changed`, naming what differs.
    func requireThere(_ live: DatabaseStructure) throws(Problem) {
        if live == dryRun.built { return }
        let difference = Difference.between(live, declared, owned: dryRun.builds)
        try difference.requireNothing(of: "what the database has") {
            .lacking($0, hint: declared.dialect.backupHint)
        }
    }
}

extension Problem {
    /// - Parameter others: how many files there are for other engines.
    fileprivate static func unwritten(_ items: [String], beside others: String?) -> Problem {
        let beside = others.map { " Passed over in Migrations/: \($0)." } ?? ""
        return Problem(
            code: "migration_missing", status: 500,
            message: "No migration file builds what Schemas/ declares: "
                + "\(items.joined(separator: ", ")).",
            hint: "Run 'apus migrate new NAME', with the same options, to write it.\(beside)")
    }

    /// The files build it, and yet it is gone: somebody else has changed the database.
    fileprivate static func lacking(_ items: [String], hint: String) -> Problem {
        Problem(
            code: "database_changed", status: 500,
            message: "The database is not what its migration files have built; it lacks: "
                + "\(items.joined(separator: ", ")).",
            hint: hint)
    }
}
