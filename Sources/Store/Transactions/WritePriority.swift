/// How a write takes its turn, in an engine whose writes wait for one another.
public enum WritePriority: Sendable {
    /// Before those of rows, as far as they are not starved: a small write of the server's own that
    /// somebody waits for to get in or out.
    case first
    /// In fair order between sites and their callers.
    case shared
}
