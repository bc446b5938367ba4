/// Paths as they are printed and joined.
public enum FolderPath {
    /// A name, or a path of several, in a folder. The current folder is not worth a word, and an
    /// absolute path stays what it is.
    public static func join(_ folder: String, _ name: String) -> String {
        if name.hasPrefix("/") || folder == "." { return name }
        return folder == "/" ? "/\(name)" : "\(folder)/\(name)"
    }

    /// A path without slashes at its end.
    static func trimmed(_ path: String) -> String {
        var path = path
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        return path
    }
}
