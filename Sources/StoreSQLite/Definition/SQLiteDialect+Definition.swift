public import Store
public import Values

/// Whatever SQLite can express as a constraint is one: types beyond its own, enums, lengths,
/// ranges. The numbers of identity columns are given by the server: AUTOINCREMENT would let them
/// follow the greatest value that anybody writes.
extension SQLiteDialect: DefinitionDialect {
    /// See ``Store/DefinitionDialect/productName``.
    public var productName: String { "SQLite" }

    /// See ``Store/DefinitionDialect/backupHint``. Put in the place of the database it would meet
    /// the log that lies there, which is another one's.
    public var backupHint: String {
        "Keep its files as they are, copy a backup into an empty directory, and serve that with "
            + "--data."
    }

    /// See ``Store/DefinitionDialect/columnType(_:)``.
    public func columnType(_ type: DeclaredType) -> String {
        type.type.traits.storage.rawValue.uppercased()
    }

    /// See ``Store/DefinitionDialect/identity``.
    public var identity: String { "" }

    /// See ``Store/DefinitionDialect/referenceOptions(onDelete:)``. Its RESTRICT looks at one row
    /// after the other, and so would hold a row for another one that goes in the same statement;
    /// NO ACTION is checked after the statement.
    public func referenceOptions(onDelete action: DeleteAction) -> String {
        action == .restrict ? DeleteAction.noAction.clause : action.clause
    }

    /// See ``Store/DefinitionDialect/tableOptions``.
    public var tableOptions: String { " STRICT" }

    /// See ``Store/DefinitionDialect/length(of:_:)``: of a BLOB, it is that in bytes.
    public func length(of name: String, _ type: ColumnType) -> String { "length(\(name))" }

    /// See ``Store/DefinitionDialect/hasRemainder(_:_:)``: `%` would cut a REAL down to an integer
    /// first.
    public func hasRemainder(_ step: Value, _ type: ColumnType) -> Bool {
        if case .integer = step { true } else { false }
    }

    // MARK: Types

    /// See ``Store/DefinitionDialect/condition(of:on:)``. It spells the type out, so that a change
    /// of type shows as a change of the table even where both types are stored alike.
    public func condition(of type: DeclaredType, on name: String) -> String? {
        switch type.type {
        case .text, .integer, .real, .bytes: nil
        case .uuid: "\(name) GLOB '????????-????-????-????-????????????'"
        case .timestamp: "\(name) GLOB '????-??-??T??:??:??*+00:00'"
        case .date: "\(name) GLOB '????-??-??'"
        case .time: "\(name) GLOB '??:??:??*'"
        case .integer32: "\(name) BETWEEN \(Int32.min) AND \(Int32.max)"
        case .boolean: "\(name) IN (0, 1)"
        case .json: "\(name) GLOB \(Self.pattern(of: type.shape))"
        case .decimal(let precision, let scale):
            "abs(\(name)) < \(Self.power(precision - scale)) * \(Self.power(scale))"
        }
    }

    /// How the text of the column's JSON begins and ends. SQLite 3.40 (Debian 12) marks its JSON
    /// functions unsafe for schemas that are not trusted, so `json_valid` cannot stand in a check;
    /// every value is made by the server's own JSON writer anyhow.
    private static func pattern(of shape: JSONType?) -> String {
        switch shape {
        case .object: "'{*}'"
        case .array: "'[[]*]'"
        case .string, .integer, .number, .boolean, .null, nil: #"'[[{"0-9tfn-]*'"#
        }
    }

    /// Ten to `exponent`, as digits.
    private static func power(_ exponent: Int) -> String {
        "1" + String(repeating: "0", count: exponent)
    }
}
