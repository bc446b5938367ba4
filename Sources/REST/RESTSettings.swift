/// What a project may decide about the REST surface.
public struct RESTSettings: Hashable, Sendable {
    /// Rows a read returns at most, at every level. Larger answers are cut off silently (rest.md
    /// §10.1).
    public var rowsMax: Int
    /// Whether PATCH and DELETE without a filter are refused, as hosted Supabase does (rest.md
    /// §12.8).
    public var refusesUnfilteredWrites: Bool

    /// What a project has decided; the defaults stand with the settings.
    ///
    /// - Parameter rowsMax: At least 1.
    public init(rowsMax: Int, refusesUnfilteredWrites: Bool) {
        precondition(rowsMax > 0, "rowsMax must be positive")
        self.rowsMax = rowsMax
        self.refusesUnfilteredWrites = refusesUnfilteredWrites
    }
}
