/// A column whose values are counted: those that would be lost with it.
public struct CountedColumn: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// A constant in the engine's words, as ``TableStructure/Default/text`` has it: rows with it do
    /// not count. Nil where every value does.
    public let uncounted: String?

    /// A column of which every value counts, but this constant.
    public init(_ name: String, besides uncounted: String? = nil) {
        self.name = name
        self.uncounted = uncounted
    }
}
