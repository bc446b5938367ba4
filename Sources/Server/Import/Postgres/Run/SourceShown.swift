import Configuration

/// A source as people are shown it.
enum SourceShown {
    /// Without its password, where it is an address.
    static func text(_ source: String) -> String {
        DatabaseAddress(source)?.description ?? source
    }
}
