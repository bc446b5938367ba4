import Diagnostics
import Expressions
import Store
import StoreSQLite

@testable import Schema

/// The catalogue of files given by path.
func catalogue(_ files: [(String, String)]) throws(SchemaFailure) -> Catalogue {
    try Catalogue(parsing: files.map { ($0.0, Array($0.1.utf8)) })
}

/// The catalogue of one model called `things`.
func things(_ text: String) throws(SchemaFailure) -> Catalogue {
    try catalogue([("models/things.json", text)])
}

/// The lines of the diagnostics that reading the files gives; empty when they are right.
func diagnostics(_ files: [(String, String)]) -> [String] {
    do throws(SchemaFailure) {
        _ = try catalogue(files)
        return []
    } catch {
        return error.diagnostics.map(\.description)
    }
}

/// Renders an expression as it stands.
func asWritten(
    _ source: ExpressionSource, _ model: Model
) throws(SchemaFailure) -> ValueExpression {
    try Rulebook.compile(try Catalogue(parsing: [])).definition(of: source, in: model)
}

/// What a catalogue declares, as SQLite would build it.
func tables(_ catalogue: Catalogue) throws -> DeclaredTables {
    try DeclaredTables(catalogue, on: SQLiteMigrations(), render: asWritten)
}

/// The statements that make a model's table and indexes.
func ddl(of model: Model) throws -> [String] {
    SQLiteDialect().create(try model.definition(render: asWritten))
}

/// What the files of a set build.
func outcome(of set: MigrationSet) throws(Problem) -> DatabaseStructure {
    try DryRun(set, on: SQLiteMigrations()).built
}

/// The files of a directory, for SQLite.
func migrations(in directory: String) throws(SchemaFailure) -> MigrationSet {
    try MigrationSet.load(directory, for: SQLiteDialect())
}

extension MigrationSet {
    /// A set of files for SQLite.
    init(_ files: [MigrationFile]) { self.init(files, in: SQLiteDialect().fileForm) }
}

extension Difference {
    /// Nothing to do.
    static let none = Difference(steps: [], refusals: [])
}
