/// An `interval`: three parts, since months and days have no fixed length.
public struct Interval: Hashable, Sendable {
    /// The part below a day, in microseconds.
    public var microseconds: Int64
    /// Whole days.
    public var days: Int32
    /// Whole months.
    public var months: Int32

    /// An interval of three parts.
    public init(microseconds: Int64, days: Int32, months: Int32) {
        self.microseconds = microseconds
        self.days = days
        self.months = months
    }
}
