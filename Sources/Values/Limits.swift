/// Bounds of single values.
public enum ValueLimits {
    /// Characters of a client's value that an error message repeats.
    public static let quotedCharactersMax = 256
    /// Nesting of JSON values in columns.
    public static let jsonDepthMax = 64
}
