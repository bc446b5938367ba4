// Every bound of this room in one place: the unit is in the name, the reason beside it.

/// Bounds of statements: those of the engine that takes the least, so that models and requests
/// that one engine serves are served by all.
public enum StatementLimits {
    /// Operands of `and` and `or` in one chain; longer lists become a tree, since a chain is as
    /// deep as it is long.
    static let chainMax = 32
    /// The deepest expression.
    static let depthMax = 900
    /// How many of the 100 entries of a parser's stack one condition may need; the statement
    /// around it needs the rest.
    public static let parserStackMax = 72
    /// How many of them an operand of a chain may need where it was given: one that needs more goes
    /// first, if no other needs more still.
    static let plainStackMax = 16
    /// Steps of matching one text with a LIKE pattern outside of a query, where no timeout holds:
    /// some ten milliseconds.
    static let likeStepsMax = 10_000_000
}
