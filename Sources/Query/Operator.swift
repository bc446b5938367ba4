import Values

/// One operator of filters (rest.md §5.2, realtime.md §5): a row of the table from which the
/// parser, the key of read plans and the filters of feeds take what they know. `not.` goes before
/// any of them (rest.md §5.3), so the table has no column for it.
public struct Operator: Hashable, Sendable {
    /// What it asks of a field. A new case has to be read by `Scanner` and to get its types from
    /// `FilterResolver`; the compiler names both places.
    enum Meaning: Hashable, Sendable {
        case comparison(Comparison)
        case like(ignoresCase: Bool)
        case membership
        case state
        case distinct
        /// PostgREST has it and this server does not yet; a phrase that names it.
        case unbuilt(String)
    }

    /// How a filter spells it.
    public let word: String
    /// What it asks.
    let meaning: Meaning
    /// Whether `(any)` and `(all)` may follow.
    let isQuantifiable: Bool
    /// Whether the filter of a feed may use it.
    let isForFeeds: Bool
    /// Whether read plans serve requests that differ in its operand.
    public let isLeftOutOfPlanKeys: Bool

    private init(
        _ word: String, _ meaning: Meaning, isQuantifiable: Bool = false, isForFeeds: Bool = true,
        isLeftOutOfPlanKeys: Bool = false
    ) {
        self.word = word
        self.meaning = meaning
        self.isQuantifiable = isQuantifiable
        self.isForFeeds = isForFeeds
        self.isLeftOutOfPlanKeys = isLeftOutOfPlanKeys
    }

    private static func comparison(
        _ word: String, _ comparison: Comparison, isQuantifiable: Bool = true
    ) -> Operator {
        Operator(
            word, .comparison(comparison), isQuantifiable: isQuantifiable,
            isLeftOutOfPlanKeys: true)
    }

    private static func unbuilt(
        _ word: String, _ what: String, isQuantifiable: Bool = false, isForFeeds: Bool = false
    ) -> Operator {
        Operator(
            word, .unbuilt(what), isQuantifiable: isQuantifiable, isForFeeds: isForFeeds)
    }

    /// Every operator.
    public static let all: [Operator] = [
        comparison("eq", .equal),
        comparison("neq", .notEqual, isQuantifiable: false),
        comparison("gt", .greater),
        comparison("gte", .greaterOrEqual),
        comparison("lt", .less),
        comparison("lte", .lessOrEqual),
        Operator("like", .like(ignoresCase: false), isQuantifiable: true),
        Operator("ilike", .like(ignoresCase: true), isQuantifiable: true),
        Operator("in", .membership),
        Operator("is", .state),
        Operator("isdistinct", .distinct),
        unbuilt("fts", "Full-text search"),
        unbuilt("plfts", "Full-text search"),
        unbuilt("phfts", "Full-text search"),
        unbuilt("wfts", "Full-text search"),
        unbuilt("cs", "The operator cs (contains)"),
        unbuilt("cd", "The operator cd (contained by)"),
        unbuilt("ov", "The operator ov (overlaps)"),
        unbuilt("sl", "The range operator sl"),
        unbuilt("sr", "The range operator sr"),
        unbuilt("nxr", "The range operator nxr"),
        unbuilt("nxl", "The range operator nxl"),
        unbuilt("adj", "The range operator adj"),
        unbuilt(
            "match", "The operator match (regular expression)", isQuantifiable: true,
            isForFeeds: true),
        unbuilt(
            "imatch", "The operator imatch (regular expression)", isQuantifiable: true,
            isForFeeds: true),
    ]

    /// The operator that `word` spells.
    static func named(_ word: String) -> Operator? { byWord[word] }

    private static let byWord = Dictionary(uniqueKeysWithValues: all.map { ($0.word, $0) })
}
