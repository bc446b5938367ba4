/// One arrow of a JSON path and what follows it.
struct PathStep: Hashable, Sendable {
    enum Operand: Hashable, Sendable {
        case key(String)
        case index(Int)
    }
    var operand: Operand
    /// `->>`: text, not JSON.
    var isText: Bool
}

/// A column as a client writes it: its name and a path into its JSON.
struct FieldName: Hashable, Sendable {
    var name: String
    var path: [PathStep] = []

    /// The member's name in the answer when no alias is given (rest.md §7): the last key of the
    /// path.
    var outputKey: String {
        for step in path.reversed() {
            if case .key(let key) = step.operand { return key }
        }
        return name
    }
}
