public import Values

/// A statement whose text is finished, kept apart from its arguments, as cached plans keep it.
public struct BoundSQL: Sendable {
    /// The text, in the dialect of an engine: parameters of the context first, then arguments.
    public let text: String
    /// The values of the arguments.
    public var arguments: [Value]
    /// Their types, one for each.
    public let types: [ColumnType]
    /// The arguments that a repeated request replaces.
    public let slots: [ArgumentSlot]
    /// What the text mentions of the context.
    public let mentions: ContextSlots
    /// The tables that a query names, in the order of their places.
    let tables: [TablePlace]
    /// Whether the text begins with `WITH ` and common table expressions.
    let hasExpressions: Bool
    /// The types of the columns of its rows; none for a text that did not come from a
    /// ``SelectStatement``.
    public var columns: [ColumnType] = []
    /// How long the engine is to remember it.
    public var use = StatementUse.kept

    /// Where a text names a table.
    struct TablePlace: Sendable {
        let name: String
        /// Bytes from the start of the text.
        let bytes: Range<Int>

        /// The place once there are some more bytes before it.
        func moved(by count: Int) -> TablePlace {
            TablePlace(
                name: name, bytes: (bytes.lowerBound + count)..<(bytes.upperBound + count))
        }
    }

    /// A text that already numbers its arguments from the first after the context's.
    public init(
        text: String, arguments: [Value], types: [ColumnType] = [], slots: [ArgumentSlot] = [],
        mentions: ContextSlots = .all
    ) {
        self.init(
            text: text, arguments: arguments, types: types, slots: slots, mentions: mentions,
            tables: [], hasExpressions: false)
    }

    init(
        text: String, arguments: [Value], types: [ColumnType], slots: [ArgumentSlot],
        mentions: ContextSlots, tables: [TablePlace], hasExpressions: Bool
    ) {
        self.hasExpressions = hasExpressions
        self.text = text
        self.arguments = arguments
        self.types = types
        self.slots = slots
        self.mentions = mentions
        self.tables = tables
    }
}
