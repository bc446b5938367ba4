/// How many characters, members or elements there may be.
struct CountRange: Sendable {
    var min: Int?
    var max: Int?

    /// What is wrong with `count` things called `noun`, nil when it is in range.
    func fault(_ count: Int, _ noun: String) -> String? {
        if let min, count < min { return "must have at least \(min) \(noun)" }
        if let max, count > max { return "must have at most \(max) \(noun)" }
        return nil
    }
}
