public import Values

/// The type of a column as it is declared: that of its values, and of JSON what shape they have.
public struct DeclaredType: Hashable, Sendable {
    /// The type of the values.
    public let type: ColumnType
    /// Whether a JSON column holds objects or arrays; nil for any value, and for other columns.
    public let shape: JSONType?

    /// A type.
    public init(_ type: ColumnType, shape: JSONType? = nil) {
        self.type = type
        self.shape = shape
    }

    /// The shapes that JSON columns are told apart by.
    public static let shapes: [JSONType] = [.object, .array]
}
