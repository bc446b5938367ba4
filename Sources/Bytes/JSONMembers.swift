/// The members of an object of a ``JSONDocument``, one after the other as they are asked for.
public struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    private let storage: JSONStorage
    /// The node of the next key.
    private var child: Int
    /// How many are left.
    public private(set) var count: Int

    init(of value: JSONValue) {
        storage = value.storage
        child = value.index + 1
        count = value.kind == .object ? value.count : 0
    }

    /// How many are left.
    public var underestimatedCount: Int { count }

    /// Takes the next one; nil behind the last.
    public mutating func next() -> (key: JSONValue, value: JSONValue)? {
        guard count > 0 else { return nil }
        let key = JSONValue(storage: storage, index: child)
        let value = JSONValue(storage: storage, index: child + 1)
        child = Int(value.node.next)
        count -= 1
        return (key, value)
    }
}
