import Diagnostics
import Store
import StoreSQLite
import Testing
import Values

@testable import Schema

/// A migration file says which engine it is for.
@Suite struct MigrationHeaderTests {
    /// What a file begins with, and what is said of it where SQLite is in use.
    static let headers: [(String, String?)] = [
        ("CREATE TABLE a (x INTEGER) STRICT;", nil),
        ("-- apus: sqlite\nCREATE TABLE a (x INTEGER) STRICT;", nil),
        ("-- add a: written by hand\n\n  --   apus:  sqlite  \r\nSELECT 1;", nil),
        ("-- apus: written by `apus migrate new`.\nSELECT 1;", nil),
        ("--apus: postgresql\nSELECT 1;", nil),
        ("\u{FEFF}-- apus: sqlite\r\nSELECT 1;", nil),
        ("SELECT 1;\n-- apus: postgresql\n", nil),
        ("", nil),
        (
            "-- a\n-- apus: postgresql\nCREATE INDEX CONCURRENTLY i ON $$; begin",
            "2:1: the file is for \"postgresql\", and this database is SQLite: take the file "
                + "out; 'apus migrate new NAME' writes what the others do not build"
        ),
        (
            "-- apus: sqlite\n-- apus: no transaction\nSELECT 1;",
            "2:1: SQLite runs each file in a transaction: take this line out"
        ),
    ]

    @Test(arguments: headers)
    func `a file for another engine is refused by name`(_ text: String, _ fault: String?) {
        #expect(Self.fault(of: text, on: SQLiteDialect()) == fault)
    }

    /// The same where only marked files are taken, and some run outside of a transaction.
    static let elsewhere: [(String, String?)] = [
        ("-- apus: elsewhere\nSELECT 1;", nil),
        ("-- apus: no transaction\n-- apus: elsewhere\nSELECT 1;", nil),
        (
            "SELECT 1;",
            "1:1: the file does not say that it is for Elsewhere: write '-- apus: elsewhere' on "
                + "its first line if it is"
        ),
        (
            "-- apus: sqlite\nSELECT 1;",
            "1:1: the file is for \"sqlite\", and this database is Elsewhere: take the file out; "
                + "'apus migrate new NAME' writes what the others do not build"
        ),
    ]

    @Test(arguments: elsewhere)
    func `files without a mark are those of the first engine`(_ text: String, _ fault: String?) {
        #expect(Self.fault(of: text, on: Elsewhere()) == fault)
    }

    @Test func `a new file says which engine it is for, but for the first`() {
        func text(in dialect: any DefinitionDialect) -> String {
            let file = MigrationFile(
                making: [], in: dialect, name: "a", after: nil, now: MigrationTests.now)
            return String(decoding: file.text, as: UTF8.self)
        }
        #expect(text(in: SQLiteDialect()).hasPrefix("-- a: written by"))
        #expect(text(in: Elsewhere()).hasPrefix("-- apus: elsewhere\n-- a: written by"))
    }

    private static func fault(of text: String, on dialect: any DefinitionDialect) -> String? {
        let bytes = Array(text.utf8)
        return MigrationHeader(bytes).fault(on: dialect).map { fault in
            let place = SourceFile(path: "a", bytes: bytes).location(fault.offset)
            return "\(place): \(fault.message)".replacing("a:", with: "", maxReplacements: 1)
        }
    }
}

/// An engine that takes marked files only, and runs some outside of a transaction.
private struct Elsewhere: DefinitionDialect {
    let name = "elsewhere"
    let productName = "Elsewhere"
    let distinct = ""
    let notDistinct = ""
    let textOrder = ""
    let likeBinding = StatementWriter.Binding.primary
    let addsReferencesWithDefault = true
    let optionsFault = ""
    let takesUnmarkedScripts = false
    let runsScriptsOutsideTransactions = true

    func parameter(_ number: Int, _ type: ColumnType) -> String { "" }
    func literal(_ value: Value, _ type: ColumnType) -> String { "" }
    func binding(
        of function: StoreFunction, _ operands: [ValueExpression]
    ) -> StatementWriter.Binding { .primary }
    func write(
        _ function: StoreFunction, _ operands: [ValueExpression], to writer: inout StatementWriter
    ) {}
    func writeLike(
        _ operand: ValueExpression, _ pattern: ValueExpression, ignoresCase: Bool,
        to writer: inout StatementWriter
    ) {}
    func writeObject(
        _ layout: RowLayout, _ select: SelectStatement, to writer: inout StatementWriter
    ) {}
    func writeArray(
        _ layout: RowLayout, _ select: SelectStatement, to writer: inout StatementWriter
    ) {}
    func writeIdentity(of table: Table, as alias: String, to writer: inout StatementWriter) {}
    func reading(_ query: BoundSQL, with tables: [RestoredTable]) -> BoundSQL { query }
    func createTable(_ table: TableDefinition) -> String { "" }
    func createIndex(_ index: TableDefinition.Index, of table: TableDefinition) -> String { "" }
    func createUnique(_ unique: Table.Key, of table: TableDefinition) -> String { "" }
    func addColumn(_ column: Int, to table: TableDefinition) -> String { "" }
    func type(
        of column: TableStructure.Column, checks: Set<TableStructure.Condition>
    ) -> DeclaredType? { nil }
    func renaming(
        _ columns: [String: String], in condition: TableStructure.Condition
    ) -> TableStructure.Condition { condition }
    func script(_ text: [UInt8]) -> MigrationScript { MigrationScript([], faults: []) }
}
