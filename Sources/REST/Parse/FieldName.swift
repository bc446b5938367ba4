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

extension FieldName: CustomStringConvertible {
    /// The field as a client writes it, without quotes: `data->a->>0`.
    var description: String {
        path.reduce(name) { text, step in
            let key =
                switch step.operand {
                case .key(let key): key
                case .index(let index): String(index)
                }
            return text + (step.isText ? "->>" : "->") + key
        }
    }
}
