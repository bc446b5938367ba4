import Diagnostics
import PostgresTestSupport
import Store
import StorePostgres
import StorePostgresTestSupport
import StoreSQLite
import Testing

@testable import Schema

/// A database of either engine whose tables are changed.
final class ChangePlace {
    private let sqlite: SQLiteDatabase?
    private let postgres: PooledDatabase?
    let target: any MigrationTarget

    init(_ engine: Engine) throws {
        switch engine {
        case .sqlite:
            let database = try SQLiteDatabase.open(.temporary)
            sqlite = database
            postgres = nil
            target = database
        case .postgres:
            let pooled = try PooledDatabase()
            sqlite = nil
            postgres = pooled
            target = pooled.migrations
        }
    }

    func close() { sqlite?.close() }

    var emptySet: MigrationSet { MigrationSet([], in: target.definitions.fileForm) }

    func migrator(_ set: MigrationSet? = nil) -> Migrator { Migrator(target, set ?? emptySet) }

    func structure() throws(Problem) -> DatabaseStructure { try migrator().structure() }

    func declared(_ catalogue: Catalogue) throws -> DeclaredTables {
        try DeclaredTables(catalogue, on: target, render: asWritten)
    }

    /// Makes what models declare, as `apus dev` does.
    func make(_ catalogue: Catalogue) throws {
        let difference = Difference.between(try structure(), try declared(catalogue))
        #expect(difference.refusals == [])
        try migrator().apply(difference)
    }

    /// A set and the file that makes of what it builds what models declare.
    func extended(_ set: MigrationSet, _ catalogue: Catalogue) throws -> MigrationSet {
        let difference = Difference.between(
            try DryRun(set, on: target).built, from: .migrations, try declared(catalogue))
        #expect(difference.refusals == [])
        let file = MigrationFile(
            overcoming: difference, in: set.form, name: "step", after: set.latestVersion,
            now: MigrationTests.now)
        return MigrationSet(set.files + [file], in: set.form)
    }

    /// Runs statements, one after the other.
    func run(_ statements: String) throws {
        if let postgres { return try postgres.database.client().execute(statements) }
        try target.migrate { transaction throws(Problem) in
            try migrating { () throws(DatabaseError) in try transaction.execute(statements) }
        }
    }

    /// The first value that a query finds, as text.
    func value(_ query: String) throws -> String? {
        let found = try target.inspect { transaction throws(Problem) in
            try migrating { () throws(DatabaseError) in
                try transaction.findings(of: query, limit: 1)
            }
        }
        return found.first?.first.map { $0.trimmingQuotes }
    }

    /// What there is has all that a database made afresh has, and nothing else.
    func expectSame(as declared: DeclaredTables) throws {
        let live = try structure()
        let wanted = declared.wanted.structure
        #expect(Set(live.tables.keys) == Set(wanted.tables.keys))
        #expect(Set(live.indexes.keys).isSuperset(of: wanted.indexes.keys))
        for (name, table) in wanted.tables {
            let there = live.tables[name]
            #expect(Set(there?.columns ?? []) == Set(table.columns))
            #expect(there?.checks == table.checks)
            #expect(there?.keys == table.keys)
            #expect(there?.primaryKey == table.primaryKey)
            #expect(there?.constraintNames.checks == table.constraintNames.checks)
        }
    }
}

extension String {
    /// Without the quotes of a literal.
    fileprivate var trimmingQuotes: String {
        guard hasPrefix("'"), hasSuffix("'"), count > 1 else { return self }
        return String(dropFirst().dropLast()).replacing("''", with: "'")
    }
}
