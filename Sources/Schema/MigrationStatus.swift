public import Diagnostics
public import Store

/// How the files of `Migrations/` and a database stand to each other.
public struct MigrationStatus: Hashable, Sendable {
    /// What there is to say of one version.
    public enum State: Hashable, Sendable {
        /// Applied at this moment, and unchanged since.
        case applied(at: String)
        /// Not applied yet.
        case pending
        /// Begun without a transaction, and so many of its statements are done.
        case begun(done: Int, count: Int)
        /// Begun so, but the file is gone.
        case left(done: Int)
        /// Applied, but the file was edited afterwards.
        case changed
        /// Applied, but the file is gone.
        case missing
        /// Not applied yet, though files after it are: it came from another branch.
        case overtaken

        /// The state in one or two words.
        public var wording: String {
            switch self {
            case .applied: "applied"
            case .pending: "pending"
            case .begun(let done, let count): "begun, \(done) of \(count) statements done"
            case .left(let done): "begun, \(done) statements done, but the file is missing"
            case .changed: "changed since it was applied"
            case .missing: "applied, but the file is missing"
            case .overtaken: "pending, older than files that are applied"
            }
        }
    }

    /// One version.
    public struct Entry: Hashable, Sendable {
        /// The version.
        public let version: String
        /// Its name.
        public let name: String
        /// Its state.
        public let state: State
    }

    /// All versions, oldest first.
    public let entries: [Entry]
    /// The files to apply, oldest first.
    public let pending: [MigrationFile]
    /// The versions that are applied, in the order in which they were.
    let order: [String]

    /// Compares the files with what was applied to a database.
    ///
    /// - Parameter begun: the files that have begun without a transaction.
    public init(
        _ set: MigrationSet, applied: [MigrationRecord], begun: [MigrationProgress] = []
    ) {
        let latest = applied.map(\.version).max() ?? ""
        order = applied.sorted { ($0.appliedAt, $0.version) < ($1.appliedAt, $1.version) }
            .map(\.version)
        let records = Dictionary(applied.map { ($0.version, $0) }, uniquingKeysWith: { $1 })
        let begun = Dictionary(begun.map { ($0.version, $0) }, uniquingKeysWith: { $1 })
        let versions = Set(set.files.map(\.version))
        var entries = set.files.map { file in
            let state: State =
                if let record = records[file.version] {
                    file.isRecorded(as: record.checksum, in: set.form)
                        ? .applied(at: record.appliedAt) : .changed
                } else if let progress = begun[file.version] {
                    .begun(done: progress.done, count: progress.count)
                } else {
                    file.version < latest ? .overtaken : .pending
                }
            return Entry(version: file.version, name: file.name, state: state)
        }
        entries += applied.filter { !versions.contains($0.version) }
            .map { Entry(version: $0.version, name: $0.name, state: .missing) }
        entries += begun.values.filter { !versions.contains($0.version) }
            .map { Entry(version: $0.version, name: $0.name, state: .left(done: $0.done)) }
        self.entries = entries.sorted { $0.version < $1.version }
        pending = set.files.filter { records[$0.version] == nil }
    }

    /// The pending files that are older than some that are applied.
    public var overtaken: [MigrationFile] {
        let versions = Set(entries.filter { $0.state == .overtaken }.map(\.version))
        return pending.filter { versions.contains($0.version) }
    }

    /// The entries that stand in the way of applying anything.
    public var faults: [Entry] {
        entries.filter { entry in
            switch entry.state {
            case .applied, .pending, .overtaken, .begun: false
            case .changed, .missing, .left: true
            }
        }
    }

    /// Refuses a status with faults.
    ///
    /// - Throws: `migration_failed`, naming all of them.
    public func check() throws(Problem) {
        if faults.isEmpty { return }
        let list = faults.map { "\($0.version)_\($0.name): \($0.state.wording)" }
        throw .migration(
            "the migration files do not fit the database: " + list.joined(separator: "; "),
            hint: Remedy.allCases.compactMap(remedy).joined(separator: " "))
    }

    /// What entries that stand in the way ask for.
    private enum Remedy: CaseIterable {
        case undo, restore

        init?(_ state: State) {
            switch state {
            case .applied, .pending, .overtaken, .begun: return nil
            case .changed: self = .undo
            case .missing, .left: self = .restore
            }
        }
    }

    /// What to do about the entries that ask for one thing. Nothing of it loses a row.
    private func remedy(_ remedy: Remedy) -> String? {
        let files = entries.filter { Remedy($0.state) == remedy }
            .map { "\($0.version)_\($0.name).sql" }
        if files.isEmpty { return nil }
        let list = files.joined(separator: ", ")
        switch remedy {
        case .undo:
            return "Undo the edits of \(list) or restore \(files.count == 1 ? "it" : "them") from "
                + "version control, and write what is new as another file: 'apus migrate new NAME'."
        case .restore: return "Restore \(list) from version control."
        }
    }
}
