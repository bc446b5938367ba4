public import Configuration
import Diagnostics
import Disk

extension Catalogue {
    /// Reads a `Schemas` directory.
    ///
    /// - Throws: every fault of all files at once, or one for a directory that cannot be read.
    public static func load(schemas directory: String) throws(SchemaFailure) -> Catalogue {
        try Catalogue(parsing: try files(ofSchemas: directory))
    }

    /// The files of a `Schemas` directory in order of their paths. They are called by the
    /// directory's own name, as in diagnostics: `Schemas/models/posts.json`.
    ///
    /// - Throws: every file and folder that cannot be read.
    public static func files(
        ofSchemas directory: String
    ) throws(SchemaFailure) -> [(path: String, contents: [UInt8])] {
        let root = directory.split(separator: "/").last.map(String.init) ?? directory
        guard FileSystem.isFolder(directory) == true else {
            throw SchemaFailure(
                Diagnostic(
                    "there is no such folder; a project has its models in Schemas/models/*.json "
                        + "('--project DIR' tells where the project is)", at: .whole(directory)))
        }
        var files: [(path: String, contents: [UInt8])] = []
        var faults: [Diagnostic] = []
        let paths = FileSystem.all(under: directory) { folder in
            faults.append(
                Diagnostic(
                    "the folder cannot be read",
                    at: .whole(folder.isEmpty ? root : "\(root)/\(folder)")))
        }
        for path in paths where isRelevant(path) {
            if let contents = FileSystem.contents(of: "\(directory)/\(path)") {
                files.append(("\(root)/\(path)", contents))
            } else {
                faults.append(
                    Diagnostic("the file cannot be read", at: .whole("\(root)/\(path)")))
            }
        }
        if !faults.isEmpty { throw SchemaFailure(diagnostics: faults) }
        return files
    }

    /// What the `project.json` of a `Schemas` directory gives, for commands that need no models;
    /// nothing when there is none.
    ///
    /// - Throws: every fault of the file.
    public static func project(ofSchemas directory: String) throws(SchemaFailure) -> GivenSettings {
        let path = "\(directory)/\(ProjectFile.name)"
        let label = "\(directory.split(separator: "/").last ?? "")/\(ProjectFile.name)"
        guard FileSystem.isFolder(path) != nil else { return GivenSettings() }
        guard let contents = FileSystem.contents(of: path) else {
            throw SchemaFailure(Diagnostic("the file cannot be read", at: .whole(label)))
        }
        return try Catalogue(parsing: [(label, contents)]).project
    }

    /// Notes and hidden files may lie about; JSON and SQL has to be where it means something, and
    /// to be called so.
    private static func isRelevant(_ path: String) -> Bool {
        FileEnding.isTaken(for: path.split(separator: "/").last.map(String.init) ?? path)
    }
}

extension FileSystem {
    /// The paths of all files below `directory`, relative to it, in order; links are followed.
    /// Folders that cannot be listed are told to `unreadable`.
    fileprivate static func all(
        under directory: String, in folder: String = "", depth: Int = 0,
        unreadable: (String) -> Void
    ) -> [String] {
        guard depth < SchemaLimits.directoryDepthMax else { return [] }
        let place = folder.isEmpty ? directory : "\(directory)/\(folder)"
        guard let names = names(in: place) else {
            unreadable(folder)
            return []
        }
        return names.flatMap { name -> [String] in
            if name.hasPrefix(".") { return [] }
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            guard isFolder("\(directory)/\(path)") == true else { return [path] }
            return all(under: directory, in: path, depth: depth + 1, unreadable: unreadable)
        }
    }
}
