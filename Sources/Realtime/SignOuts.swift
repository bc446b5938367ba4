/// What there is to know of sessions that were signed out.
public struct SignOuts: Hashable, Sendable {
    /// How many there have been so far.
    public let count: Int
    /// Those that somebody has yet to hear of; nil where they are too many to be named.
    public let sessions: [String]?

    /// So many in all, the newest of which are named.
    public init(count: Int, sessions: [String]?) {
        self.count = count
        self.sessions = sessions
    }

    /// Nobody has signed out.
    public static let none = SignOuts(count: 0, sessions: [])
}
