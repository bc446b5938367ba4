import Auth
import Bytes
import Diagnostics
import Disk
import Schema
import Store

/// The project that an import makes, or adds to. What is written of it before rows are loaded can
/// be taken back.
struct ImportedProject {
    private let options: ServerOptions
    private let isNew: Bool
    /// An import that was ended, and is begun anew.
    private let former: BegunImport?
    /// The files of the project that is there.
    private let files: [(path: String, contents: [UInt8])]
    private var begun: BegunImport
    /// What was written, and what stood there before; nil where nothing did.
    private var written: [(path: String, before: [UInt8]?)] = []

    /// - Throws: `import_over_project` where there is one, unless its files may be written over;
    ///   `import_unfinished` where an import of rows was ended before its end, and
    ///   `import_other_source` where that was of something else.
    init(_ options: ServerOptions, _ order: PostgresImport.Order) throws {
        self.options = options
        former = BegunImport(in: options.dataDirectory)
        if let former, !order.isDryRun, !order.beginsAnew {
            throw Problem.unfinished(former, in: options.projectDirectory)
        }
        if former == nil, order.beginsAnew { throw Problem.nothingBegun }
        let source = SourceShown.text(order.source)
        if let former, former.isOfOther(than: source) { throw Problem.otherSource(former, source) }
        isNew = !options.hasSchemas
        begun = BegunImport(
            source: source, isNew: former?.isNew ?? isNew,
            tables: former?.tables)
        files = isNew ? [] : try Catalogue.files(ofSchemas: options.schemasDirectory)
        guard files.isEmpty || order.replaces || order.isDryRun || order.beginsAnew else {
            throw Problem(
                code: "import_over_project", status: 500,
                message: "\(options.projectDirectory) has Schemas/ already. Nothing was written.",
                hint: "Name a folder that is not there with --to DIR, or have the models of the "
                    + "source written over those of the same names with --force.")
        }
    }

    /// The files that stay beside those of some models.
    func others(than models: [String]) -> [(path: String, contents: [UInt8])] {
        let paths = Set(models.map { DraftTrial.path(of: $0) })
        return files.filter { !paths.contains($0.path) }
    }

    // MARK: Files

    /// Writes model files and a migration file, and brings the database to them: or leaves all
    /// files as they were.
    mutating func make(_ models: [(path: String, contents: [UInt8])]) throws {
        try FileSystem.makeFolder(options.projectDirectory, mode: 0o777)
        try options.prepareDataDirectory()
        try begun.write(in: options.dataDirectory)
        do {
            try write(models)
            try build()
        } catch {
            let isBack = takeBack()
            if isBack, former == nil { BegunImport.remove(in: options.dataDirectory) }
            throw error
        }
    }

    private mutating func write(_ models: [(path: String, contents: [UInt8])]) throws {
        let folder = options.projectDirectory
        try options.writeEditorSchemas()
        guard isNew else {
            try FileSystem.makeFolder("\(options.schemasDirectory)/models", mode: 0o777)
            for (path, bytes) in models {
                let file = "\(folder)/\(path)"
                written.append((file, FileSystem.contents(of: file)))
                guard try !FileSystem.makeFile(file, bytes, mode: 0o666) else { continue }
                try FileSystem.rewrite(file, with: bytes)
            }
            return
        }
        let draft = ExportTarget.draft(of: "\(folder)/.Schemas")
        defer { Self.remove(draft) }
        try FileSystem.makeFolder("\(draft)/models", mode: 0o777)
        for (path, bytes) in models {
            let name = path.dropFirst("Schemas/".count)
            _ = try FileSystem.makeFile("\(draft)/\(name)", bytes, mode: 0o666)
        }
        try FileSystem.put(draft, at: options.schemasDirectory)
    }

    /// Writes the migration file, and builds the database by it.
    private mutating func build() throws {
        // Begun anew, the database may have been brought to the files before.
        if let file = try MigrationCommands.new(options, name: "import") {
            written.append((file.path, nil))
        }
        _ = try MigrationCommands.up(options) { _ in }
    }

    /// Puts back what stood where something was written.
    ///
    /// - Returns: false where the database may have been changed by it: all stays then.
    private func takeBack() -> Bool {
        guard !isApplied else { return false }
        for (path, before) in written.reversed() {
            if let before {
                try? FileSystem.rewrite(path, with: before)
            } else {
                FileSystem.remove(path)
            }
        }
        if isNew { Self.remove(options.schemasDirectory) }
        return true
    }

    /// Whether the database may have begun with a migration file that was written.
    private var isApplied: Bool {
        guard let file = written.last?.path.split(separator: "/").last, file.hasSuffix(".sql"),
            let version = file.split(separator: "_").first.map(String.init)
        else { return false }
        do {
            let log = try options.commandLog()
            guard let standing = try options.database().standing(log) else { return false }
            return standing.records.contains { $0.version == version }
                || standing.progress.contains { $0.version == version }
        } catch {
            return true
        }
    }

    /// Removes a folder of schema files that was made here.
    private static func remove(_ folder: String) {
        FileSystem.removeFolder("\(folder)/models")
        FileSystem.removeFolder(folder)
    }

    // MARK: Rows

    /// Gets the tables ready for rows: takes out what an import has left that was ended, and lets
    /// numbers go on where those of the source would have.
    mutating func prepareRows(_ models: [DraftedModel]) throws {
        let rows = try ImportedRows(options, of: models.map(\.name))
        let empty = try rows.emptyTables()
        let ours = begun.tables ?? empty
        let mingled = models.map(\.name).filter { !ours.contains($0) }
        if former?.tables != nil, !Set(mingled).isSubset(of: empty) {
            throw Problem.mingled(mingled.filter { !empty.contains($0) })
        }
        try rows.takeOut(of: ours)
        begun.tables = Set(ours).union(empty).sorted()
        try begun.write(in: options.dataDirectory)
        let last = models.compactMap { model in model.lastNumber.map { (model.name, $0) } }
        let numbers = Dictionary(last) { first, _ in first }
        let catalogue = try Catalogue.load(schemas: options.schemasDirectory)
        try options.withDatabase { database in
            try catalogue.advanceSequences(beyond: numbers, in: database)
        }
    }

    /// Adds accounts.
    ///
    /// - Returns: which were added.
    func add(_ accounts: [TakenAccount]) throws -> TakenAccount.Added {
        guard !accounts.isEmpty else { return TakenAccount.Added() }
        return try options.withDatabase { try TakenAccount.add(accounts, to: $0) }
    }

    /// Notes that nothing is left to be done.
    func finish() { BegunImport.remove(in: options.dataDirectory) }
}
