/// What the names of a project's files end with, and what people and editors write instead.
enum FileEnding {
    /// Endings that mean something, and those that were meant so, in lower case.
    private static let meant = [
        ".json": ".json", ".jsonc": ".json", ".json5": ".json", ".sql": ".sql",
    ]

    /// Endings of data and of other tools' files: wherever such a file lies, it is no note.
    private static let foreign: Set = [".yaml", ".yml", ".toml", ".csv", ".ndjson", ".jsonl"]

    /// What a file should be called whose ending is nearly right; nil for all others.
    static func rightName(of file: String) -> String? {
        guard let (stem, ending) = parts(of: file), let right = meant[ending.lowercased()],
            right != ending
        else { return nil }
        return stem + right
    }

    /// Whether somebody may think that the server reads the file.
    static func isTaken(for file: String) -> Bool {
        guard let (_, ending) = parts(of: file) else { return false }
        let lower = ending.lowercased()
        return meant[lower] != nil || foreign.contains(lower)
    }

    private static func parts(of file: String) -> (stem: String, ending: String)? {
        guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return nil }
        return (String(file[..<dot]), String(file[dot...]))
    }
}
