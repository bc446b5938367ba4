import Store

/// The bounds of what this room reads. Files are the operator's own, so the bounds are wide: they
/// keep a mistake (a data file dropped into `Schemas/`) from becoming a memory problem.
enum SchemaLimits {
    /// The longest name of a model, column, rule or alias in bytes; PostgreSQL's own bound.
    static let nameBytesMax = ConstraintName.bytesMax
    /// The most columns of one model; half of what a statement of every engine may bind.
    static let columnsMax = 1000
    /// The largest file of `Schemas/` or `Migrations/` in bytes.
    static let fileBytesMax = 16 << 20
    /// The deepest nesting of a JSON file of `Schemas/`.
    static let jsonDepthMax = 64
    /// The longest text that a `pattern` judges, in bytes; longer texts are refused rather than
    /// searched.
    static let patternInputBytesMax = 4096
    /// The instructions of a compiled `pattern`. Times the characters of a text it bounds the time.
    static let patternInstructionsMax = 2000
    /// The groups of a `pattern` in each other.
    static let patternDepthMax = 32
    /// How many directories deep `Schemas/` is searched; a link that leads back ends there.
    static let directoryDepthMax = 4
    /// The most characters of a value that is shown to whoever applies migrations.
    static let exampleLengthMax = 60
}
