public import Diagnostics

/// What a filter may speak of besides the columns of its model, and who asks.
public struct FilterScope {
    let hidden: Set<Int>
    let permit: (Int) throws(Problem) -> Void
    let related: (String) -> Int?
    let noted: (String, Int) -> Void

    /// A scope.
    ///
    /// - Parameters:
    ///   - hidden: columns that are as good as not there.
    ///   - permit: called for every column that is tested; throws where the caller may not read it.
    ///   - noted: called for every column that is named, with the name.
    ///   - related: the number of the related table that a name stands for, if it does.
    public init(
        hidden: Set<Int> = [],
        permit: @escaping (Int) throws(Problem) -> Void = { (_) throws(Problem) in },
        noted: @escaping (String, Int) -> Void = { _, _ in },
        related: @escaping (String) -> Int? = { _ in nil }
    ) {
        self.hidden = hidden
        self.permit = permit
        self.noted = noted
        self.related = related
    }
}
