/// How an engine defines tables: the statements that make what a definition says, and the reading
/// of what it says itself about tables that are there.
public protocol DefinitionDialect: Dialect {
    /// The engine's name as people write it.
    var productName: String { get }

    // MARK: Making

    /// The statement that makes a table without its indexes.
    func createTable(_ table: TableDefinition) -> String

    /// The statement that makes an index.
    func createIndex(_ index: TableDefinition.Index, of table: TableDefinition) -> String

    /// The statement that makes a unique constraint of a table that is there already.
    func createUnique(_ unique: Table.Key, of table: TableDefinition) -> String

    /// The statement that adds a column, with the foreign key that it makes, to a table that is
    /// there already.
    ///
    /// - Parameter column: its place in the definition.
    func addColumn(_ column: Int, to table: TableDefinition) -> String

    /// Whether a column can be added that refers to another table and has a default.
    var addsReferencesWithDefault: Bool { get }

    /// What one of these statements costs where the table has many rows, for a comment beside it;
    /// nil where nothing is to be said.
    func cost(of statement: String) -> String?

    // MARK: Reading

    /// What a column's type was declared as; nil when it is none of ours.
    ///
    /// - Parameter checks: conditions on the table that tell types apart which are stored alike.
    func type(
        of column: TableStructure.Column, checks: Set<TableStructure.Condition>
    ) -> DeclaredType?

    /// A condition as it would read with other names of columns, the former ones in lower case.
    func renaming(
        _ columns: [String: String], in condition: TableStructure.Condition
    ) -> TableStructure.Condition

    /// What is wrong with a table whose options are not those of a definition: what is said behind
    /// its name.
    var optionsFault: String { get }

    // MARK: Scripts

    /// A migration file's text, cut into statements and judged.
    func script(_ text: [UInt8]) -> MigrationScript

    /// What its migration files say of themselves.
    var fileForm: MigrationFileForm { get }
}

extension DefinitionDialect {
    /// Nothing is to be said.
    public func cost(of statement: String) -> String? { nil }

    /// The statements, without semicolons, that make a table and then its indexes.
    public func create(_ table: TableDefinition) -> [String] {
        [createTable(table)] + table.indexes.map { createIndex($0, of: table) }
    }
}
