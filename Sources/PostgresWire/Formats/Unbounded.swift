/// A place on an endless scale: PostgreSQL's times and dates have both ends.
public enum Unbounded: Hashable, Sendable {
    /// A value.
    case finite(Int64)
    /// `infinity`: later than all others.
    case infinity
    /// `-infinity`: earlier than all others.
    case negativeInfinity
}
