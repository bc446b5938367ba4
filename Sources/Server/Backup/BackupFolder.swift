import Bytes
import Configuration
import Diagnostics
import Disk

/// What a backup is, as its name ends.
enum BackupKind: String, CaseIterable {
    /// A file: SQLite's.
    case file = ".db"
    /// A folder of files: PostgreSQL's.
    case folder = ".pg"
}

/// The folder that backups are kept in, which their names put in the order of time:
/// `20261128T193000Z.db`. Others may lie in it, too; they are left alone.
struct BackupFolder {
    let path: String

    /// What the names end in of files that are being written.
    private static let draftEndings = ["", "-wal", "-shm", "-journal"].map { ".db.part" + $0 }
    /// The same of folders.
    private static let folderDraftEnding = ".pg.part"
    private static let secretsEnding = ".secrets.json"

    /// Makes the folder, for its owner alone, and removes what a backup has left in it that was
    /// killed.
    func prepare() throws(Problem) {
        try FileSystem.makeFolder(path)
        // Whoever writes one now has the folder locked, and its draft is no left-over.
        guard let lock = try LockedFile.take(folder: path) else { return }
        defer { withExtendedLifetime(lock) {} }
        let names = FileSystem.names(in: path) ?? []
        for name in names where Self.stamp(of: name) != nil {
            let stem = String(name.dropLast(Self.secretsEnding.count))
            let isAlone =
                name.hasSuffix(Self.secretsEnding)
                && !BackupKind.allCases.contains { names.contains(stem + $0.rawValue) }
            let isDraft = Self.draftEndings.contains { name.hasSuffix($0) }
            if isDraft || isAlone { FileSystem.remove(file(name)) }
            if name.hasSuffix(Self.folderDraftEnding) { FileSystem.removeFolder(file(name)) }
        }
    }

    /// Where the next backup goes: of several that are begun in a second, each to a later one.
    ///
    /// - Parameter label: What is put behind the time, for one that the server's schedule does not
    ///   remove.
    func newPath(
        _ label: String? = nil, _ kind: BackupKind, at moment: Instant = .now
    ) -> String {
        let label = label.map { "-" + $0 } ?? ""
        var seconds = moment.seconds
        while true {
            let stamp = Self.stamp(of: Instant(seconds: seconds))
            let path = file(stamp + label + kind.rawValue)
            if !FileSystem.exists(path) { return path }
            seconds += 1
        }
    }

    /// What is kept, the oldest first.
    ///
    /// - Throws: 58030 when the folder is there and cannot be listed.
    func backups() throws(Problem) -> [KeptBackup] {
        guard FileSystem.exists(path) else { return [] }
        guard let names = FileSystem.names(in: path) else { throw .file("read", path) }
        return names.compactMap { name in
            guard let kind = Self.kind(of: name), let stamp = Self.stamp(of: name) else {
                return nil
            }
            let secrets = Self.secretsPath(of: file(name))
            return KeptBackup(
                path: file(name), kind: kind, byteCount: Self.byteCount(of: file(name), kind),
                stamp: stamp, secretsPath: FileSystem.exists(secrets) ? secrets : nil)
        }
    }

    /// The bytes of a backup.
    static func byteCount(of path: String, _ kind: BackupKind) -> Int {
        switch kind {
        case .file: FileSystem.byteCount(of: path) ?? 0
        case .folder:
            (FileSystem.names(in: path) ?? [])
                .reduce(0) { $0 + (FileSystem.byteCount(of: "\(path)/\($1)") ?? 0) }
        }
    }

    /// Removes the oldest of those that have no label, until so many are left.
    ///
    /// - Returns: the paths of those that were removed.
    func drop(keeping count: Int) throws(Problem) -> [String] {
        let dropped = try backups().filter(\.isUnlabelled).dropLast(count)
        for backup in dropped {
            switch backup.kind {
            case .file: FileSystem.remove(backup.path)
            case .folder:
                // What is left of it, if this is cut off, must not look like a whole one.
                let draft = backup.path + ".part"
                try FileSystem.put(backup.path, at: draft)
                FileSystem.removeFolder(draft)
            }
            FileSystem.remove(Self.secretsPath(of: backup.path))
        }
        return dropped.map(\.path)
    }

    /// The newest of those that have no label.
    func newest() throws(Problem) -> KeptBackup? { try backups().last(where: \.isUnlabelled) }

    /// Where the secrets are that were copied with a backup.
    static func secretsPath(of backup: String) -> String {
        let kind = kind(of: backup)
        return (kind.map { String(backup.dropLast($0.rawValue.count)) } ?? backup) + secretsEnding
    }

    private static func kind(of name: String) -> BackupKind? {
        BackupKind.allCases.first { name.hasSuffix($0.rawValue) }
    }

    /// A moment as it stands in names: `20261128T193000Z`.
    static func stamp(of moment: Instant = .now) -> String {
        let isKept = { (byte: UInt8) in byte != ASCII.minus && byte != ASCII.colon }
        return String(utf8: moment.rfc3339.utf8.prefix(19).filter(isKept)) + "Z"
    }

    /// The moment that a name begins with; nil where it begins with none.
    private static func stamp(of name: String) -> String? {
        let stamp = Array(name.utf8.prefix(16))
        guard stamp.count == 16, stamp[8] == UInt8(ascii: "T"), stamp[15] == UInt8(ascii: "Z"),
            (stamp[..<8] + stamp[9..<15]).allSatisfy(ASCII.isDigit)
        else { return nil }
        return String(utf8: stamp)
    }

    private func file(_ name: String) -> String { FolderPath.join(path, name) }
}

/// A backup that lies in the folder for them.
struct KeptBackup {
    let path: String
    let kind: BackupKind
    let byteCount: Int
    /// When it was begun, as its name says: `20261128T193000Z`.
    let stamp: String
    /// Where the secrets are that were copied with it; nil where they were not.
    let secretsPath: String?

    /// Whether the name says nothing but when.
    var isUnlabelled: Bool { path.hasSuffix(stamp + kind.rawValue) }

    /// When it was begun, as RFC 3339 has it.
    var time: String {
        let digits = Array(stamp)
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T"
            + "\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z"
    }

    /// When it was begun.
    var moment: Instant { Instant(postgres: time) ?? Instant(seconds: 0) }

    /// How long ago it was begun; nothing where the clock on the wall was set back since.
    func age(at now: Instant = .now) -> Duration { .seconds(max(0, now.seconds - moment.seconds)) }
}
