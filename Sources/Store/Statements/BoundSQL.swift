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
    /// The tables that a query without common table expressions names, in the order of their
    /// places: bytes from the start of the text.
    public let tables: [(name: String, start: Int)]
    /// The types of the columns of its rows; none for a text that did not come from a
    /// ``SelectStatement``.
    public var columns: [ColumnType] = []
    /// How long the engine is to remember it.
    public var use = StatementUse.kept

    /// A text that already numbers its arguments from the first after the context's.
    public init(
        text: String, arguments: [Value], types: [ColumnType] = [], slots: [ArgumentSlot] = [],
        mentions: ContextSlots = .all, tables: [(name: String, start: Int)] = []
    ) {
        self.text = text
        self.arguments = arguments
        self.types = types
        self.slots = slots
        self.mentions = mentions
        self.tables = tables
    }
}
