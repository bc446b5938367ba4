/// A column as a client writes it: its name, and a path into its json.
public struct Field: Hashable, Sendable {
    /// The column's name.
    public var name: String
    /// The steps of `->` and `->>`.
    public var path: [JSONStep]

    /// The column `name`, or what `path` finds in it.
    public init(name: String, path: [JSONStep] = []) {
        self.name = name
        self.path = path
    }

    /// The member's name in the answer when no alias is given (rest.md §7): the last key of the
    /// path.
    public var outputKey: String {
        for step in path.reversed() {
            if case .name(let name) = step.key { return name }
        }
        return name
    }
}

extension Field: CustomStringConvertible {
    /// The field as a client writes it, without quotes: `data->a->>0`.
    public var description: String {
        path.reduce(name) { text, step in
            let key =
                switch step.key {
                case .name(let name): name
                case .index(let index): String(index)
                }
            return text + (step.isText ? "->>" : "->") + key
        }
    }
}

/// One arrow of a path and what follows it.
public struct JSONStep: Hashable, Sendable {
    /// A member's name, or an element's number: from 0, negative from the end.
    public enum Key: Hashable, Sendable {
        case name(String)
        case index(Int64)
    }

    /// Where the step goes.
    public var key: Key
    /// `->>`: it makes text of what it finds.
    public var isText: Bool

    /// One step.
    public init(key: Key, isText: Bool) {
        self.key = key
        self.isText = isText
    }
}
