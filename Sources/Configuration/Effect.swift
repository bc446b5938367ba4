/// When a server that is running takes what a file or a setting says.
public enum Effect: Hashable, Sendable, CaseIterable {
    /// As soon as the file is saved, while `apus dev` watches it.
    case onReload
    /// At the next start.
    case onRestart

    /// The effect in words, for tables.
    public var wording: String {
        switch self {
        case .onReload: "at once"
        case .onRestart: "at the restart"
        }
    }
}
