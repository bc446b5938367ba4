import Bytes

/// All that one service answers. Built on, and confined to, one loop.
public struct RouteTable<Caller> {
    /// What all paths begin with: `/rest/v1`; empty for what has a path of its own.
    public let prefix: StaticString
    /// Who is told that no row matches.
    public let entry: Entry
    /// The rows. No two have the same pattern and a method in common.
    public let routes: [Route<Caller>]
    /// Words a refusal as the service words errors; nil to leave it to whoever has called.
    public let refuse: (RouteRefusal, Request) -> Response?
    private let tree: RouteTree

    /// A table. Traps if two rows match the same requests.
    ///
    /// - Parameter mergesSlashes: Whether empty segments do not count: `/user/` is `/user`.
    public init(
        prefix: StaticString, mergesSlashes: Bool = false, entry: Entry, _ routes: [Route<Caller>],
        refuse: @escaping (RouteRefusal, Request) -> Response? = { _, _ in nil }
    ) {
        self.prefix = prefix
        self.entry = entry
        self.routes = routes
        self.refuse = refuse
        var tree = RouteTree(mergesSlashes: mergesSlashes)
        for (number, route) in routes.enumerated() {
            tree.insert(route.pattern, route.methods, row: number)
        }
        self.tree = tree
    }

    /// What follows the prefix and a slash; nil when the path is another one. The prefix with and
    /// without a slash behind it are one path.
    public func path(inside path: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let end = path.startIndex + prefix.utf8CodeUnitCount
        guard end <= path.endIndex else { return nil }
        let head = path[..<end]
        guard ASCII.equal(head.span, prefix) else { return nil }
        if end == path.endIndex { return path[end...] }
        return path[end] == ASCII.slash ? path[(end + 1)...] : nil
    }

    /// Finds the row of a request.
    ///
    /// - Parameter path: what follows the prefix (``path(inside:)``).
    public func match(_ method: Method, _ path: ArraySlice<UInt8>) -> RouteMatch {
        tree.find(method, path)
    }
}

/// What a path and a method come to in a table.
public enum RouteMatch {
    /// The row of this number answers.
    case row(Int, PathParameters)
    /// None does; the service words it, for those who may enter by the table's own `entry`.
    case refusal(RouteRefusal)
}
