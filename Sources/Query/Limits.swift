/// What one parameter may make this room build. Every figure is per parameter.
public enum QueryLimits {
    /// Nesting of `and`/`or` groups (rest.md §4).
    public static let groupDepthMax = 64
    /// Steps of one JSON path.
    public static let pathStepsMax = 32
    /// Values of one `in` list or array literal: a fraction of the 32,766 that the store
    /// binds which takes the fewest.
    public static let valuesMax = 8192
    /// Values of `in` in the filter of a feed (realtime.md §5).
    public static let feedValuesMax = 100
    /// Bytes of a feed's filter.
    public static let feedFilterBytesMax = 16 << 10
    /// Levels of embeds in `select`: a parser with a stack of 100 entries reads no more.
    public static let selectDepthMax = 7
    /// Items of a `select` at all levels together.
    public static let selectItemsMax = 1024
    /// Terms of one `order`.
    public static let orderTermsMax = 64
    /// Names in `columns` or `on_conflict`.
    public static let namesMax = 1024
    /// Largest `limit` or `offset` that is taken at its word.
    public static let windowMax = Int(Int32.max)
}
