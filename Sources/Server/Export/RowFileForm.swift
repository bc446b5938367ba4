/// What a file of rows is written in.
public enum RowFileForm: String, CaseIterable, Sendable {
    /// Comma-separated values with the columns' names in the first line.
    case csv
    /// One array of objects.
    case json
    /// An object a line.
    case ndjson

    /// The form that a file's name tells; nil when it tells none.
    public init?(ofFile path: String) {
        switch path.lowercased().split(separator: ".").last {
        case "csv": self = .csv
        case "json": self = .json
        case "ndjson", "jsonl": self = .ndjson
        default: return nil
        }
    }

    /// What the name of such a file ends in.
    public var ending: String { "." + rawValue }
}
