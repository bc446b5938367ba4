/// How long an engine is to remember a statement.
public enum StatementUse: Hashable, Sendable {
    /// As long as there is room: it is likely to be run again.
    case kept
    /// For one run: nobody is expected to ask in just these words again.
    case once
}
