public import Configuration
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
                    "there is no such folder; a project has its models in Schemas/models/*.json "
                        + "('--project DIR' tells where the project is)", at: .whole(directory)))
        }
        var files: [(path: String, contents: [UInt8])] = []
        var faults: [Diagnostic] = []
        let paths = manager.files(under: directory) { folder in
            faults.append(
                Diagnostic(
                    "the folder cannot be read",
                    at: .whole(folder.isEmpty ? root : "\(root)/\(folder)")))
        }
        for path in paths where isRelevant(path) {
            if let contents = manager.contents(atPath: "\(directory)/\(path)") {
                files.append(("\(root)/\(path)", Array(contents)))
            } else {
                faults.append(
                    Diagnostic("the file cannot be read", at: .whole("\(root)/\(path)")))
            }
        }
        if !faults.isEmpty { throw SchemaFailure(diagnostics: faults) }
        return try Catalogue(parsing: files)
    }

    /// What the `project.json` of a `Schemas` directory gives, for commands that need no models;
    /// nothing when there is none.
    ///
    /// Throws every fault of the file.
    public static func project(ofSchemas directory: String) throws(SchemaFailure) -> GivenSettings {
        let path = "\(directory)/\(ProjectFile.name)"
        let label = "\(directory.split(separator: "/").last ?? "")/\(ProjectFile.name)"
        guard FileManager.default.fileExists(atPath: path) else { return GivenSettings() }
        guard let contents = FileManager.default.contents(atPath: path) else {
            throw SchemaFailure(Diagnostic("the file cannot be read", at: .whole(label)))
        }
        return try Catalogue(parsing: [(label, Array(contents))]).project
    }

    /// Notes and hidden files may lie about; JSON and SQL has to be where it means something.
    private static func isRelevant(_ path: String) -> Bool {
        path.hasSuffix(".json") || path.hasSuffix(".sql")
    }
}

extension FileManager {
    /// The paths of all files below `directory`, relative to it, in order; links are followed.
    /// Folders that cannot be listed are told to `unreadable`.
    fileprivate func files(
        under directory: String, in folder: String = "", depth: Int = 0,
        unreadable: (String) -> Void
    ) -> [String] {
        guard depth < Limits.directoryDepthMax else { return [] }
        let place = folder.isEmpty ? directory : "\(directory)/\(folder)"
        guard let names = try? contentsOfDirectory(atPath: place) else {
            unreadable(folder)
            return []
        }
        return names.sorted().flatMap { name -> [String] in
            if name.hasPrefix(".") { return [] }
            var isDirectory = false
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            guard fileExists(atPath: "\(directory)/\(path)", isDirectory: &isDirectory), isDirectory
            else { return [path] }
            return files(under: directory, in: path, depth: depth + 1, unreadable: unreadable)
        }
    }
}
