public import Diagnostics
import Disk

/// A file that a command makes of a project's schema files.
public enum WrittenFile {
    /// Writes the file, in one step where there is one, unless it holds the text already: what
    /// watches it is not woken for nothing.
    ///
    /// - Returns: whether it was written.
    public static func write(_ text: String, to path: String) throws(Problem) -> Bool {
        let bytes = Array(text.utf8)
        if let former = FileSystem.contents(of: path) {
            if former == bytes { return false }
            try FileSystem.rewrite(path, with: bytes)
        } else if try !FileSystem.makeFile(path, bytes, mode: 0o666) {
            throw .file("replace", path)
        }
        return true
    }
}
