/// A place in a history of changes: everything up to and with a number has been seen.
public struct FeedCursor: Hashable, Sendable {
    /// The history.
    public let epoch: String
    /// The number of the last change seen; 0 for none.
    public let sequence: Int64

    /// A place.
    public init(epoch: String, sequence: Int64) {
        self.epoch = epoch
        self.sequence = sequence
    }
}
