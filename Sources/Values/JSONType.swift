/// A type of JSON Schema: what a model file may write behind `type`. Columns have all but `null`.
public enum JSONType: String, CaseIterable, Sendable {
    /// A string, which `format` may make something else than text.
    case string
    /// A whole number.
    case integer
    /// Any number.
    case number
    /// True or false.
    case boolean
    /// An object, which a column keeps as JSON.
    case object
    /// An array, which a column keeps as JSON.
    case array
    /// Null, inside JSON values.
    case null
}
