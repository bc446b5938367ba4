import PostgresTestSupport
import Store
import StorePostgres
import StorePostgresTestSupport
import StoreSQLite

@testable import Schema

/// An engine that definitions are tried on.
enum Engine: CaseIterable {
    case sqlite, postgres

    /// Those that this machine has.
    static var installed: [Engine] {
        PostgresServer.isInstalled ? allCases : [.sqlite]
    }

    /// What a catalogue declares, as the engine would build it.
    func tables(_ catalogue: Catalogue) throws -> DeclaredTables {
        switch self {
        case .sqlite:
            try DeclaredTables(catalogue, on: SQLiteMigrations(), render: asWritten)
        case .postgres:
            try DeclaredTables(
                catalogue, on: Self.pooled.get().migrations, render: asWritten)
        }
    }

    /// A database that nothing is left in.
    private static let pooled = Result { try PooledDatabase() }

    /// How it prints a text's length.
    var lengthOfTitle: String {
        switch self {
        case .sqlite: "length ( title ) <= 9"
        case .postgres: "char_length(title) <= 9"
        }
    }
}
