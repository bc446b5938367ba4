import Auth
import Bytes
import Diagnostics
import Disk
import Schema

/// The project that an import makes, or adds to.
struct ImportedProject {
    private let options: ServerOptions
    private let isNew: Bool
    /// The files of the project that is there.
    private let former: [(path: String, contents: [UInt8])]

    /// - Throws: `import_over_project` where there is one, unless its files may be written over.
    init(_ options: ServerOptions, replaces: Bool) throws {
        self.options = options
        isNew = !options.hasSchemas
        guard !isNew else {
            former = []
            return
        }
        let files = try Catalogue.files(ofSchemas: options.schemasDirectory)
        guard files.isEmpty || replaces else {
            throw Problem(
                code: "import_over_project", status: 500,
                message: "\(options.projectDirectory) has Schemas/ already. Nothing was written.",
                hint: "Name a folder that is not there with --to DIR, or have the models of the "
                    + "source written over those of the same names with --force.")
        }
        former = files
    }

    /// The files that stay beside those of some models.
    func others(than models: [String]) -> [(path: String, contents: [UInt8])] {
        let paths = Set(models.map { DraftTrial.path(of: $0) })
        return former.filter { !paths.contains($0.path) }
    }

    /// Writes model files: all of them where there are none yet, or nothing.
    func write(_ files: [(path: String, contents: [UInt8])]) throws {
        let folder = options.projectDirectory
        try FileSystem.makeFolder(folder, mode: 0o777)
        try options.prepareDataDirectory()
        try options.writeEditorSchemas()
        guard isNew else {
            try FileSystem.makeFolder("\(options.schemasDirectory)/models", mode: 0o777)
            for (path, bytes) in files {
                let file = "\(folder)/\(path)"
                guard try !FileSystem.makeFile(file, bytes, mode: 0o666) else { continue }
                try FileSystem.rewrite(file, with: bytes)
            }
            return
        }
        let draft = ExportTarget.draft(of: "\(folder)/.Schemas")
        defer { FileSystem.removeFolder(draft) }
        try FileSystem.makeFolder("\(draft)/models", mode: 0o777)
        for (path, bytes) in files {
            let name = path.dropFirst("Schemas/".count)
            _ = try FileSystem.makeFile("\(draft)/\(name)", bytes, mode: 0o666)
        }
        try FileSystem.put(draft, at: options.schemasDirectory)
    }

    /// Writes the migration file, and builds the database by it.
    func build() throws {
        _ = try MigrationCommands.new(options, name: "import")
        _ = try MigrationCommands.up(options) { _ in }
    }

    /// Adds accounts.
    ///
    /// - Returns: how many.
    func add(_ accounts: [TakenAccount]) throws -> Int {
        guard !accounts.isEmpty else { return 0 }
        return try options.withDatabase { try TakenAccount.add(accounts, to: $0) }.count
    }
}
