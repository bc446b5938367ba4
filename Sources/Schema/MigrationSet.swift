import Bytes
public import Diagnostics
import Disk
public import Store

/// The files of `Migrations/` that are for one engine, in order.
public struct MigrationSet: Sendable {
    /// A file for another engine, beside those of this one.
    public struct PassedOver: Hashable, Sendable {
        /// The file.
        public let file: MigrationFile
        /// What people call its engine.
        public let engine: String
    }

    /// What the engine's files say of themselves.
    public let form: MigrationFileForm
    /// The files, oldest first.
    public let files: [MigrationFile]
    /// The files for other engines, which are not applied, oldest first.
    public let passedOver: [PassedOver]

    /// A set of an engine's files; sorts them.
    init(_ files: [MigrationFile], in form: MigrationFileForm, passedOver: [PassedOver] = []) {
        self.form = form
        self.files = files.sorted { $0.version < $1.version }
        self.passedOver = passedOver.sorted { $0.file.version < $1.file.version }
    }

    /// The same set with one more file.
    public func adding(_ file: MigrationFile) -> MigrationSet {
        MigrationSet(files + [file], in: form, passedOver: passedOver)
    }

    /// The version that a new file's must come after, so that no two have one name; nil for any.
    public var latestVersion: String? {
        [files.last?.version, passedOver.last?.file.version].compactMap(\.self).max()
    }

    /// How many files are for other engines, for people: `1 for ENGINE`; nil where none is.
    public var countsPassedOver: String? {
        if passedOver.isEmpty { return nil }
        let counts = passedOver.reduce(into: [:]) { $0[$1.engine, default: 0] += 1 }
        return counts.sorted { $0.key < $1.key }.map { "\($0.value) for \($0.key)" }
            .joined(separator: ", ")
    }

    /// Reads a directory; one that is not there holds no files.
    ///
    /// - Parameters:
    ///   - dialect: what the files are to be in.
    ///   - others: the engines that may have files there too.
    /// - Throws: a fault for each file with a name of another form or the version of another, each
    ///   file for no engine of these, each statement that cannot stand in a migration, each file
    ///   that cannot be read.
    public static func load(
        _ directory: String, for dialect: any DefinitionDialect,
        beside others: [MigrationFileForm] = []
    ) throws(SchemaFailure) -> MigrationSet {
        let label = directory.split(separator: "/").last.map(String.init) ?? directory
        let report = Report()
        if FileSystem.names(in: directory) == nil, FileSystem.isFolder(directory) != nil {
            report.fault("the folder cannot be read", at: .whole(label))
        }
        var files: [MigrationFile] = []
        var passedOver: [PassedOver] = []
        for name in fileNames(in: directory) {
            let place = SourceLocation.whole("\(label)/\(name)")
            guard let contents = FileSystem.contents(of: "\(directory)/\(name)") else {
                report.fault("the file cannot be read", at: place)
                continue
            }
            guard let file = MigrationFile(fileName: name, directory: label, text: contents) else {
                let fault = MigrationFile.fault(ofName: name)
                report.fault(fault.message, at: place, suggestion: fault.suggestion)
                continue
            }
            if let other = others.first(where: MigrationHeader(contents).isMeant) {
                passedOver.append(PassedOver(file: file, engine: other.productName))
                continue
            }
            if let twin = files.last, twin.version == file.version {
                report.fault("\(twin.fileName) has the same version", at: place)
            }
            files.append(file)
        }
        for file in files { file.check(dialect, beside: others, report) }
        try report.throwIfAny()
        return MigrationSet(files, in: dialect.fileForm, passedOver: passedOver)
    }

    /// What is taken for a migration file, in order of the names.
    static func fileNames(in directory: String) -> [String] {
        (FileSystem.names(in: directory) ?? []).filter {
            $0.lowercased().hasSuffix(".sql") && !$0.hasPrefix(".")
        }
    }
}

extension MigrationFile {
    fileprivate func check(
        _ dialect: any DefinitionDialect, beside others: [MigrationFileForm], _ report: Report
    ) {
        let source = SourceFile(path: path, bytes: text)
        let header = MigrationHeader(text)
        let script = dialect.script(text)
        let fault = header.fault(against: dialect.fileForm, beside: others)
        var faults = fault.map { [$0] } ?? script.faults
        if faults.isEmpty { faults = header.faults(of: script) }
        for fault in faults { report.fault(fault.message, at: source.location(fault.offset)) }
    }

    /// Whether every statement only makes, changes or drops tables and indexes.
    public func isStructural(in dialect: any DefinitionDialect) -> Bool {
        dialect.script(text).isStructural
    }

    /// Writes the file into `directory`, which is made if it is not there.
    ///
    /// - Throws: 58030 when that cannot be done, `migration_failed` when there is one already.
    public func write(to directory: String) throws(Problem) {
        let path = "\(directory)/\(fileName)"
        try FileSystem.makeFolder(directory, mode: 0o777)
        guard try FileSystem.makeFile(path, text, mode: 0o666) else {
            throw .migration("\(path) is there already")
        }
    }
}
