public import Values

/// How an engine defines tables: the statements that make what a definition says, and the reading
/// of what it says itself about tables that are there.
public protocol DefinitionDialect: Dialect {
    /// The engine's name as people write it.
    var productName: String { get }

    /// What an operator does where a database lacks what it had, and only a backup helps.
    var backupHint: String { get }

    // MARK: Making

    /// A column's type, as a table is made with it.
    func columnType(_ type: DeclaredType) -> String

    /// What stands behind the type of a column that the store numbers, with a blank before it.
    /// Empty where the engine does not do so itself.
    var identity: String { get }

    /// Whether the engine keeps a computed value with its row.
    func isStored(_ computed: TableDefinition.Computation) -> Bool

    /// What stands behind a foreign key, with a blank before it: what a delete of the row that it
    /// refers to does, and when it is checked.
    func referenceOptions(onDelete action: DeleteAction) -> String

    /// Whether the engine itself names a foreign key that is broken: then it has the name that the
    /// model gives it.
    var tellsKeyNames: Bool { get }

    /// Whether a foreign key can be made only where the table is that it refers to.
    var needsTargets: Bool { get }

    /// What stands behind a table's columns and constraints, with a blank before it.
    var tableOptions: String { get }

    /// What a type puts on values beyond the engine's own; nil for nothing.
    ///
    /// - Parameter name: the column's, quoted.
    func condition(of type: DeclaredType, on name: String) -> String?

    /// The length of a column's value: in characters, or in bytes of a `bytes` column.
    ///
    /// - Parameter name: the column's, quoted.
    func length(of name: String, _ type: ColumnType) -> String

    /// Whether the remainder of values of a type by a constant is what the server says it is.
    func hasRemainder(_ step: Value, _ type: ColumnType) -> Bool

    // MARK: Changing

    /// How a table that is there becomes what it is to be: every alteration is in one step, and the
    /// steps are in an order that works.
    func steps(_ alterations: [TableAlteration], of change: TableChange) -> [AlterationStep]

    /// What stands between a table's new name and its old one, both as they are spelled.
    func rename(table former: String, to name: String) -> [ChangeStatement]

    /// What stands between a column's new name and its old one, both as they are spelled.
    func rename(column former: String, to name: String, of table: String) -> [ChangeStatement]

    /// What lets go of the key that a foreign key refers to, which could not change else; nil where
    /// nothing holds it.
    func release(_ key: TableStructure.Key, of table: TableStructure) -> ChangeStatement?

    /// What drops tables that refer to no others but one another, and to which no others refer.
    func drop(tables names: [String]) -> [ChangeStatement]

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

    /// A statement as it would read with other names of tables and columns, the former ones in
    /// lower case.
    func renaming(
        tables: [String: String], columns: [String: String], in statement: String
    ) -> String

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
    /// It has a choice.
    public func isStored(_ computed: TableDefinition.Computation) -> Bool { computed.isStored }

    /// It says that some is.
    public var tellsKeyNames: Bool { false }

    /// It may come later.
    public var needsTargets: Bool { false }

    /// Nothing holds it.
    public func release(
        _ key: TableStructure.Key, of table: TableStructure
    ) -> ChangeStatement? { nil }

    /// Nothing is to be said.
    public func cost(of statement: String) -> String? { nil }

    /// References to the table follow it.
    public func rename(table former: String, to name: String) -> [ChangeStatement] {
        [ChangeStatement("ALTER TABLE \(table(former)) RENAME TO \(quoted(identifier: name))")]
    }

    /// Whatever names the column follows it.
    public func rename(
        column former: String, to name: String, of table: String
    ) -> [ChangeStatement] {
        [
            ChangeStatement(
                "ALTER TABLE \(self.table(table)) RENAME COLUMN \(quoted(identifier: former)) "
                    + "TO \(quoted(identifier: name))")
        ]
    }
}
