import Bytes
import Configuration
import Diagnostics
import Disk

/// The folder that backups are kept in, which their names put in the order of time:
/// `20261128T193000Z.db`. Others may lie in it, too; they are left alone.
struct BackupFolder {
    let path: String

    private static let ending = ".db"
    /// What the names end in of files that are being written.
    private static let draftEndings = ["", "-wal", "-shm", "-journal"].map { ".db.part" + $0 }
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
            let isDraft = Self.draftEndings.contains { name.hasSuffix($0) }
            let database = String(name.dropLast(Self.secretsEnding.count)) + Self.ending
            let isAlone = name.hasSuffix(Self.secretsEnding) && !names.contains(database)
            if isDraft || isAlone { FileSystem.remove(file(name)) }
        }
    }

    /// Where the next backup goes: of several that are begun in a second, each to a later one.
    ///
    /// - Parameter label: What is put behind the time, for one that the server's schedule does not
    ///   remove.
    func newPath(_ label: String? = nil, at moment: Instant = .now) -> String {
        let label = label.map { "-" + $0 } ?? ""
        var seconds = moment.seconds
        while true {
            let stamp = Self.stamp(of: Instant(seconds: seconds))
            let path = file(stamp + label + Self.ending)
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
            guard name.hasSuffix(Self.ending), let stamp = Self.stamp(of: name),
                let bytes = FileSystem.byteCount(of: file(name))
            else { return nil }
            let secrets = Self.secretsPath(of: file(name))
            return KeptBackup(
                path: file(name), byteCount: bytes, stamp: stamp,
                secretsPath: FileSystem.exists(secrets) ? secrets : nil)
        }
    }

    /// Removes the oldest of those that have no label, until so many are left.
    ///
    /// - Returns: the paths of those that were removed.
    func drop(keeping count: Int) throws(Problem) -> [String] {
        let dropped = try backups().filter(\.isUnlabelled).dropLast(count).map(\.path)
        for path in dropped { FileSystem.remove(path, Self.secretsPath(of: path)) }
        return dropped
    }

    /// The newest of those that have no label.
    func newest() throws(Problem) -> KeptBackup? { try backups().last(where: \.isUnlabelled) }

    /// Where the secrets are that were copied with a backup.
    static func secretsPath(of backup: String) -> String {
        let isOurs = backup.hasSuffix(ending)
        return (isOurs ? String(backup.dropLast(ending.count)) : backup) + secretsEnding
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
    let byteCount: Int
    /// When it was begun, as its name says: `20261128T193000Z`.
    let stamp: String
    /// Where the secrets are that were copied with it; nil where they were not.
    let secretsPath: String?

    /// Whether the name says nothing but when.
    var isUnlabelled: Bool { path.hasSuffix(stamp + ".db") }

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
