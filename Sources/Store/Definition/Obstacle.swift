/// What has a name that a table cannot have beside it, and is no table: a view, for instance.
public struct Obstacle: Hashable, Sendable {
    /// What it is and what it is called: `view "notes"`.
    public let wording: String
    /// How it makes way, with the statement that does it: `drop it (DROP VIEW "notes";)`.
    public let wayOut: String

    /// Something in the way.
    public init(_ wording: String, wayOut: String) {
        self.wording = wording
        self.wayOut = wayOut
    }
}
