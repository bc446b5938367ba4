import PostgresTestSupport
import Store
import StorePostgres
import StorePostgresTestSupport
import StoreSQLite
import TestSupport
import Testing

@testable import Schema

/// The names of constraints and indexes, which are made of those of models and columns and so
/// become longer than PostgreSQL keeps them.
@Suite struct LongNameTests {
    /// As long as a name may be.
    private static let model = String(repeating: "m", count: 63)
    private static let column = String(repeating: "c", count: 60)

    /// Two columns whose names differ behind what fits.
    private static func long() throws -> Catalogue {
        let text = #"{"type": "string", "maxLength": 5}"#
        let reference =
            #"{"type": "string", "format": "uuid", "references": {"model": "\#(model)"}}"#
        return try catalogue([
            (
                "models/\(model).json",
                #"""
                {"properties": {"\#(column)_1": \#(text), "\#(column)_2": \#(text), \#
                "up_\#(column)": \#(reference)}, "unique": [["\#(column)_1"], ["\#(column)_2"]], \#
                "indexes": [{"on": ["\#(column)_1", "\#(column)_2"]}, \#
                {"on": ["\#(column)_1", "\#(column)_2 desc"]}]}
                """#
            )
        ])
    }

    /// All names that are made for a model.
    private static func names(of model: Model) -> [String] {
        model.table.keys.map(\.name) + model.table.references.map(\.name)
            + model.columns.map(\.checkName) + model.indexes.map(\.name)
    }

    @Test func `a generated name has 63 bytes at the most and is like no other`() throws {
        let model = try #require(try Self.long().models.first)
        let names = Self.names(of: model)
        #expect(names.filter { $0.utf8.count > 63 } == [])
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.hasPrefix("mmmmmmmm") })
        #expect(names == Self.names(of: try #require(try Self.long().models.first)))
    }

    /// PostgreSQL would cut them, and take them for one.
    @Test func `rows of two models that differ at the end of their names are told apart`() {
        let names = ["a", "b"].map { Alias.visible(String(repeating: "m", count: 62) + $0) }
        #expect(names[0] != names[1])
        #expect(names.allSatisfy { $0.utf8.count <= 63 && $0.hasPrefix("_apus_of_mm") })
        #expect(Alias.visible("posts") == "_apus_of_posts")
    }

    @Test func `a name that fits stays as it is`() throws {
        let model = String(repeating: "m", count: 50)
        let fitting = try catalogue([
            (
                "models/\(model).json",
                #"{"properties": {"column78": {"type": "string"}}, "unique": [["column78"]]}"#
            )
        ])
        #expect(
            try #require(fitting.models.first).table.keys.map(\.name) == [
                "\(model)_pkey", "\(model)_column78_key",
            ])
    }

    @Test(arguments: Engine.installed)
    func `a table with long names is as declared once it is made`(engine: Engine) throws {
        let declared = try engine.tables(Self.long())
        let difference = Difference.between(declared.wanted.structure, declared)
        #expect(difference.items.map(\.description) == [])
        #expect(difference.refusals.map(\.reason) == [])
    }

    /// Earlier versions gave the names whole, which SQLite took.
    @Test func `an index with its whole name is the one that is declared`() throws {
        let models = try Self.long()
        let index = try #require(models.models.first?.indexes.first?.name)
        let whole = "\(Self.model)_\(Self.column)_1_\(Self.column)_2_idx"
        let older = try models.models.flatMap { try ddl(of: $0) }.map {
            $0.replacing("\"\(index)\"", with: "\"\(whole)\"")
        }
        let difference = try Difference.between(
            DatabaseStructure(statements: older), tables(models))
        #expect(difference.items.map(\.description) == [])
        #expect(difference.refusals.map(\.reason) == [])
    }

    @Test func `an index with its whole name over other columns has changed`() throws {
        let models = try Self.long()
        let index = try #require(models.models.first?.indexes.first)
        let whole = "\(Self.model)_\(Self.column)_1_\(Self.column)_2_idx"
        let all = try models.models.flatMap { try ddl(of: $0) }
        let older = all.filter { !$0.contains("INDEX \"\(index.name)\"") }
        let other = "CREATE INDEX \"\(whole)\" ON \"\(Self.model)\" (\"id\")"
        let difference = try Difference.between(
            DatabaseStructure(statements: older + [other]), tables(models))
        #expect(
            difference.items.map(\.description) == [
                "index \(index.name)", "drop of index \(whole)",
            ])
    }

    /// What a statement breaks is found by its name.
    @Test(.needsPostgres) func `PostgreSQL knows every constraint by the name given`() throws {
        let pooled = try PooledDatabase()
        let models = try Self.long()
        let declared = try DeclaredTables(models, on: pooled.migrations, render: asWritten)
        let migrator = Migrator(pooled.migrations, MigrationSet([]))
        try migrator.apply(Difference.between(migrator.structure(), declared))
        let rows = try pooled.database.client().query(
            "SELECT conname FROM pg_constraint WHERE conrelid = '\(Self.model)'::regclass "
                + "AND contype IN ('p', 'u', 'f') ORDER BY conname")
        let table = try #require(models.models.first).table
        #expect(
            rows.map { $0[0] ?? "" }
                == (table.keys.map(\.name) + table.references.map(\.name)).sorted())
    }
}
