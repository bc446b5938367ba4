import Configuration
import Diagnostics
import Disk
import Glibc

/// What `apus init` does.
public enum InitCommand {
    /// Makes a project of a template in the folder of the options, which may be there and hold
    /// other things, and its data directory. All of it or nothing: no file is written over.
    ///
    /// - Parameter takesEmptySchemas: whether a folder `Schemas` without a file may be there.
    /// - Returns: what was made, as a tree.
    /// - Throws: a `Problem`: `project_exists` with what is in the way, or why it cannot be made.
    public static func run(
        _ options: ServerOptions, _ template: ProjectTemplate, takesEmptySchemas: Bool = false
    ) throws -> String {
        let folder = options.projectDirectory
        let obstacles = obstacles(to: template, in: folder, takesEmptySchemas)
        if !obstacles.isEmpty { throw Problem.obstructed(folder, by: obstacles) }
        try FileSystem.makeFolder(folder, mode: 0o777)
        try options.prepareDataDirectory()
        try options.writeEditorSchemas()
        var project = ProjectInTheMaking(folder: folder)
        do {
            for (path, bytes) in template.files { try project.make(path, bytes) }
            try project.finish()
        } catch {
            project.takeBack()
            throw error
        }
        let isInside = options.dataDirectory == FolderPath.join(folder, ".apus")
        return tree(of: (isInside ? [".apus/"] : []) + template.files.map(\.path))
    }

    /// What is there already of what is to be made.
    private static func obstacles(
        to template: ProjectTemplate, in folder: String, _ takesEmptySchemas: Bool
    ) -> [String] {
        let schemas = "Schemas"
        var names = template.files.map(\.path).filter { !$0.hasPrefix(schemas + "/") }
        if FileSystem.isFolder("\(folder)/public") == false { names.append("public") }
        var found = names.filter { EntryKind.exists("\(folder)/\($0)") }
        if EntryKind.exists("\(folder)/\(schemas)") {
            let isEmpty = emptyFolders(in: "\(folder)/\(schemas)") != nil
            if !isEmpty {
                found.append("\(schemas)/")
            } else if !takesEmptySchemas {
                found.append("\(schemas)/, which is empty (--force uses it)")
            }
        }
        return found.sorted()
    }

    /// The folders in a folder without files, the innermost first; nil where there is a file.
    fileprivate static func emptyFolders(in folder: String) -> [String]? {
        guard let names = FileSystem.names(in: folder) else { return nil }
        var folders: [String] = []
        for name in names {
            let path = "\(folder)/\(name)"
            guard EntryKind.isFolder(path), let inner = emptyFolders(in: path) else { return nil }
            folders += inner + [path]
        }
        return folders
    }

    /// The paths in order, a line each and folders once.
    private static func tree(of paths: [String]) -> String {
        var lines: [String] = []
        var open: [Substring] = []
        for path in paths.sorted() {
            let parts = path.split(separator: "/")
            let isFolder = path.hasSuffix("/")
            let folders = isFolder ? parts[...] : parts.dropLast()
            let common = zip(open, folders).prefix { $0 == $1 }.count
            for depth in common..<max(common, folders.count) {
                lines.append(indented(folders[depth] + "/", depth))
            }
            open = Array(folders)
            if !isFolder { lines.append(indented(parts[parts.count - 1], parts.count - 1)) }
        }
        return lines.joined(separator: "\n")
    }

    private static func indented(_ name: some StringProtocol, _ depth: Int) -> String {
        String(repeating: "  ", count: depth + 1) + name
    }
}

/// The files of a project as they are made. `Schemas/` comes to be in one step and last, so that a
/// server that waits for it never reads a part.
private struct ProjectInTheMaking {
    private let folder: String
    private let schemas: String
    private let draft: String
    /// What was made, in order.
    private var made: [String] = []

    init(folder: String) {
        self.folder = folder
        schemas = "\(folder)/Schemas"
        var random = SystemRandomNumberGenerator()
        draft = "\(folder)/.Schemas.new-" + String(random.next() as UInt64, radix: 16)
    }

    mutating func make(_ path: String, _ bytes: [UInt8]) throws(Problem) {
        let parts = path.split(separator: "/").map(String.init)
        var place = parts[0] == "Schemas" ? draft : "\(folder)/\(parts[0])"
        for part in parts.dropFirst() {
            try makeFolder(place)
            place += "/" + part
        }
        guard try FileSystem.makeFile(place, bytes, mode: 0o666) else {
            throw .obstructed(folder, by: [path])
        }
        made.append(place)
    }

    private mutating func makeFolder(_ path: String) throws(Problem) {
        if unsafe mkdir(path, 0o777) == 0 {
            made.append(path)
        } else if errno != EEXIST {
            throw .file("create", path)
        }
    }

    /// Puts `Schemas/` in its place, where there may be an empty one.
    func finish() throws(Problem) {
        for inner in InitCommand.emptyFolders(in: schemas) ?? [] { unsafe _ = rmdir(inner) }
        guard unsafe rename(draft, schemas) == 0 else { throw .file("create", schemas) }
    }

    /// Removes what was made.
    func takeBack() {
        for path in made.reversed() { unsafe _ = remove(path) }
    }
}

/// What stands at a path itself, links not followed.
private enum EntryKind {
    static func exists(_ path: String) -> Bool { mode(of: path) != nil }

    static func isFolder(_ path: String) -> Bool { mode(of: path).map { $0 == S_IFDIR } ?? false }

    private static func mode(of path: String) -> mode_t? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}

extension Problem {
    fileprivate static func obstructed(_ folder: String, by names: [String]) -> Problem {
        Problem(
            code: "project_exists", status: 500,
            message: "\(folder == "." ? "This folder" : folder) has already: "
                + "\(names.joined(separator: ", ")). Nothing was written.",
            hint: "Move what is there away, or name another folder: apus init DIR.")
    }
}
