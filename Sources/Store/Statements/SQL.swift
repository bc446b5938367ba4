public import Diagnostics
public import Values

/// SQL that every engine understands, with typed arguments in it:
/// `"SELECT id FROM users WHERE email = \(email)"` binds the address, whatever it is.
///
/// The text is the program's own, never a request's; what a request sent is an argument.
public struct SQL: Sendable {
    enum Piece: Sendable {
        case text(String)
        case table(String)
        case argument(Value, ColumnType)
    }

    private(set) var pieces: [Piece] = []

    /// SQL without arguments, from a text that is made at run time: out of names that are quoted in
    /// it, for instance. A literal needs no such call, and what is interpolated in one is bound.
    public init(text: String = "") { append(text) }

    /// Appends SQL text as it is.
    public mutating func append(_ text: String) {
        if !text.isEmpty { pieces.append(.text(text)) }
    }

    /// Appends `identifier` in double quotes, its own quotes doubled.
    public mutating func append(identifier: String) { append(quoted(identifier: identifier)) }

    /// Appends a table of the project.
    public mutating func append(table: String) { pieces.append(.table(table)) }

    /// Appends a new parameter bound to `argument`.
    public mutating func append(argument: Value, _ type: ColumnType) {
        pieces.append(.argument(argument, type))
    }

    /// Appends `other`, its arguments after those already here.
    public mutating func append(_ other: SQL) { pieces += other.pieces }
}

extension Dialect {
    /// The statement as this dialect's engine runs it.
    public func text(of sql: SQL) -> BoundSQL {
        var text = ""
        var arguments: [Value] = []
        var types: [ColumnType] = []
        for piece in sql.pieces {
            switch piece {
            case .text(let piece): text += piece
            case .table(let name): text += table(name)
            case .argument(let value, let type):
                arguments.append(value)
                types.append(type)
                text += parameter(ContextSlot.count + arguments.count, type)
            }
        }
        return BoundSQL(text: text, arguments: arguments, types: types)
    }
}

extension SQL: ExpressibleByStringInterpolation {
    /// SQL without arguments.
    public init(stringLiteral text: String) { self.init(text: text) }

    /// SQL of which each interpolated value is an argument.
    public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.sql }

    /// Gathers the pieces of a literal.
    public struct StringInterpolation: StringInterpolationProtocol {
        var sql = SQL()

        /// Begins without a piece.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Appends SQL text.
        public mutating func appendLiteral(_ literal: String) { sql.append(literal) }

        /// Appends other SQL, its arguments with it.
        public mutating func appendInterpolation(_ other: SQL) { sql.append(other) }

        /// Appends a name.
        public mutating func appendInterpolation(identifier: String) {
            sql.append(identifier: identifier)
        }

        /// Appends a table's name.
        public mutating func appendInterpolation(_ table: TableDefinition) {
            sql.append(table: table.name)
        }

        /// Binds a value of a type.
        public mutating func appendInterpolation(_ value: Value, _ type: ColumnType) {
            sql.append(argument: value, type)
        }

        /// Binds a text.
        public mutating func appendInterpolation(_ text: String?) {
            sql.append(argument: Value(text), .text)
        }

        /// Binds an integer.
        public mutating func appendInterpolation(_ integer: Int64?) {
            sql.append(argument: integer.map(Value.integer) ?? .null, .integer)
        }

        /// Binds a truth value.
        public mutating func appendInterpolation(_ truth: Bool) {
            sql.append(argument: Value(truth), .boolean)
        }

        /// Binds bytes.
        public mutating func appendInterpolation(_ bytes: [UInt8]) {
            sql.append(argument: .blob(bytes), .bytes)
        }

        /// Binds a moment as the microseconds since 1970.
        public mutating func appendInterpolation(_ instant: Instant?) {
            sql.append(argument: instant.map { .integer($0.microseconds) } ?? .null, .integer)
        }
    }
}
