import Store
import StoreSQLite
import Testing

/// Which tables and columns a trigger or view names: a word may be both.
@Suite struct DependentNameTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let statement: String
        let tables: Set<String>
        let names: Set<String>
        var testDescription: String { statement }
    }

    @Test(arguments: [
        Case(
            statement: #"CREATE TRIGGER t BEFORE UPDATE OF "index" ON "group" BEGIN SELECT 1; END"#,
            tables: ["group"], names: ["index"]),
        Case(
            statement: #"CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE OR IGNORE b SET n = 1; END"#,
            tables: ["a", "b"], names: ["n"]),
        Case(
            statement: "CREATE VIEW v AS SELECT a.x FROM (b JOIN c) WHERE a.y IN d",
            tables: ["a", "b", "c", "d"], names: ["x", "y", "b"]),
        Case(
            statement: "CREATE VIEW v AS SELECT x FROM a, b",
            tables: ["a", "b"], names: ["x", "b"]),
    ])
    func `a table is one where a table can stand`(one: Case) throws {
        let structure = DatabaseStructure(statements: [one.statement])
        let dependent = try #require(structure.dependents.first)
        #expect(dependent.tables == one.tables)
        #expect(dependent.names == one.names)
    }
}
