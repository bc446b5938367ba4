public import Diagnostics

/// What the log of the program is told of a PostgreSQL database.
public enum PostgresEvent: Sendable, CustomStringConvertible {
    case connection(ConnectionEvent)
    case feed(FeedEvent)

    /// How much it matters.
    public var level: LogLevel {
        switch self {
        case .connection(let event): event.level
        case .feed(let event): event.level
        }
    }

    /// One line.
    public var description: String {
        switch self {
        case .connection(let event): "\(event)"
        case .feed(let event): "\(event)"
        }
    }
}
