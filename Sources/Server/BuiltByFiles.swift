import Diagnostics
import Schema
import Store

/// What all migration files of a project build, beside what its models declare: the one judge of
/// whether production may serve them, for `apus check` too.
struct BuiltByFiles: Sendable {
    /// What the files build and drop.
    let dryRun: DryRun
    /// What they lack.
    let difference: Difference
    private let passedOver: String?

    /// Applies the files to a database that is thrown away. Blocks.
    ///
    /// - Throws: `migration_failed` when a statement fails, and what `SchemaSet.tables` throws.
    init(_ set: MigrationSet, _ schemas: SchemaSet, on engine: some MigrationEngine) throws {
        dryRun = try DryRun(set, on: engine)
        difference = Difference.between(
            dryRun.built, from: .migrations, try schemas.tables(on: engine))
        passedOver = set.countsPassedOver
    }

    /// Throws unless the files build what is declared.
    ///
    /// - Throws: `not_additive` with every reason why no file of additions would do, or else
    ///   `migration_missing`, naming what is missing.
    func requireComplete() throws(Problem) {
        try difference.requireAdditive(to: "what Migrations/ builds")
        guard difference.isEmpty else {
            throw .unwritten(difference.additions.map(\.what), beside: passedOver)
        }
    }
}

extension Problem {
    /// - Parameter others: how many files there are for other engines.
    fileprivate static func unwritten(_ additions: [String], beside others: String?) -> Problem {
        let beside = others.map { " Passed over in Migrations/: \($0)." } ?? ""
        return Problem(
            code: "migration_missing", status: 500,
            message: "No migration file builds what Schemas/ declares: "
                + "\(additions.joined(separator: ", ")).",
            hint: "Run 'apus migrate new NAME', with the same options, to write it.\(beside)")
    }
}
