/// Who has given a setting its value, as people are told.
public enum SettingSource: Hashable, Sendable, CustomStringConvertible {
    /// Nobody: it is the product's default.
    case standard
    /// `project.json`, at this `file:line:column`.
    case file(String)
    /// This variable of the environment.
    case variable(String)
    /// This flag of the command line.
    case flag(String)

    /// The kind of source, for scripts.
    public var kind: String {
        switch self {
        case .standard: "default"
        case .file: "file"
        case .variable: "environment"
        case .flag: "flag"
        }
    }

    /// The flag, the variable, the place in the file, or `default`.
    public var description: String {
        switch self {
        case .standard: kind
        case .file(let name), .variable(let name), .flag(let name): name
        }
    }
}
