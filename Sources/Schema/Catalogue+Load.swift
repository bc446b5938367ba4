import Diagnostics
import FoundationEssentials

extension Catalogue {
    /// Reads a `Schemas` directory. Files are called by the directory's own name in diagnostics:
    /// `Schemas/models/posts.json`.
    ///
    /// Throws every fault of all files at once, or one for a directory that cannot be read.
    public static func load(schemas directory: String) throws(SchemaFailure) -> Catalogue {
        let root = directory.split(separator: "/").last.map(String.init) ?? directory
        let manager = FileManager.default
        var isDirectory = false
        guard manager.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory else {
            throw SchemaFailure(
                Diagnostic(
                    "there is no such directory: a project holds Schemas/models/*.json",
                    at: SourceLocation(file: directory)))
        }
        var files: [(path: String, contents: [UInt8])] = []
        var faults: [Diagnostic] = []
        for path in manager.files(under: directory) where isRelevant(path) {
            if let contents = manager.contents(atPath: "\(directory)/\(path)") {
                files.append(("\(root)/\(path)", Array(contents)))
            } else {
                faults.append(
                    Diagnostic(
                        "the file cannot be read", at: SourceLocation(file: "\(root)/\(path)")))
            }
        }
        if !faults.isEmpty { throw SchemaFailure(diagnostics: faults) }
        return try Catalogue(parsing: files)
    }

    /// Notes and hidden files may lie about; JSON and SQL has to be where it means something.
    private static func isRelevant(_ path: String) -> Bool {
        path.hasSuffix(".json") || path.hasSuffix(".sql")
    }
}

extension FileManager {
    /// The paths of all files below `directory`, relative to it, in order; links are followed.
    fileprivate func files(under directory: String, depth: Int = 0) -> [String] {
        guard depth < Limits.directoryDepthMax else { return [] }
        let names = ((try? contentsOfDirectory(atPath: directory)) ?? []).sorted()
        return names.flatMap { name -> [String] in
            if name.hasPrefix(".") { return [] }
            var isDirectory = false
            let path = "\(directory)/\(name)"
            guard fileExists(atPath: path, isDirectory: &isDirectory), isDirectory else {
                return [name]
            }
            return files(under: path, depth: depth + 1).map { "\(name)/\($0)" }
        }
    }
}
