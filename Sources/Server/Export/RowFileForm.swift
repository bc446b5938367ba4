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
        switch Self.ending(of: path) {
        case "csv": self = .csv
        case "json": self = .json
        case "ndjson", "jsonl": self = .ndjson
        default: return nil
        }
    }

    /// What stands behind the last dot of a file's name, in lower case; nil where there is none.
    private static func ending(of path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return nil }
        return name[name.index(after: dot)...].lowercased()
    }

    /// Refuses a file that is in no form by its ending. One without any tells by what it holds.
    static func requireKnown(_ path: String) throws(OperandError) {
        guard ending(of: path) != nil, RowFileForm(ofFile: path) == nil else { return }
        throw unknown(path)
    }

    /// A file in another form.
    static func unknown(_ path: String) -> OperandError {
        OperandError("\(path) is no file of rows by its name: take .csv, .json, .ndjson or .jsonl")
    }

    /// What the name of such a file ends in.
    public var ending: String { "." + rawValue }
}
