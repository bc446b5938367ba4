/// What a project may decide about the REST surface.
public struct RESTSettings: Hashable, Sendable {
    /// Rows a read returns at most, at every level. Larger answers are cut off silently (rest.md
    /// §10.1).
    public var rowsMax: Int
    /// Whether PATCH and DELETE without a filter are refused, as hosted Supabase does (rest.md
    /// §12.8).
    public var refusesUnfilteredWrites: Bool

    /// Rows that one request may write: of its body, or found by its filter.
    public var writeRowsMax: Int

    /// What a project has decided; the defaults stand with the settings.
    ///
    /// - Parameters:
    ///   - rowsMax: At least 1.
    ///   - writeRowsMax: At least 1.
    public init(rowsMax: Int, refusesUnfilteredWrites: Bool, writeRowsMax: Int) {
        precondition(rowsMax > 0, "rowsMax must be positive")
        precondition(writeRowsMax > 0, "writeRowsMax must be positive")
        self.writeRowsMax = writeRowsMax
        self.rowsMax = rowsMax
        self.refusesUnfilteredWrites = refusesUnfilteredWrites
    }
}
