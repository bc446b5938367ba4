import PostgresTestSupport
import Store
import StorePostgres
import StorePostgresTestSupport
import Testing

@testable import Schema

/// A database of a test's own, as models and migrations meet it.
struct PostgresPlace {
    let pooled: PooledDatabase
    let client: PostgresClient

    init() throws {
        pooled = try PooledDatabase()
        client = try pooled.database.client()
    }
}

/// A suite whose tests have a database each.
protocol OnPostgres {
    var place: PostgresPlace { get }
}

extension OnPostgres {
    var client: PostgresClient { place.client }
    var pooled: PooledDatabase { place.pooled }
    var migrations: PostgresMigrations { pooled.migrations }

    func migrator(_ set: MigrationSet = MigrationSet([])) -> Migrator { Migrator(migrations, set) }

    func declared(_ catalogue: Catalogue) throws -> DeclaredTables {
        try DeclaredTables(catalogue, on: migrations, render: asWritten)
    }

    /// What separates the database from models.
    func difference(_ catalogue: Catalogue) throws -> Difference {
        try Difference.between(migrator().structure(), declared(catalogue))
    }

    /// Makes what models declare.
    func make(_ catalogue: Catalogue) throws {
        let difference = try difference(catalogue)
        #expect(difference.refusals == [])
        try migrator().apply(difference)
    }
}
