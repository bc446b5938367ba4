import Auth
import Bytes
import Configuration
import Diagnostics
import Disk
import Store

/// What `apus backup` does.
public enum BackupCommand {
    /// Writes a backup, beside the server that uses the database or without one.
    ///
    /// - Parameters:
    ///   - target: What is to be made, or the folder for it, which is there or ends in a slash; nil
    ///     for the folder of the settings.
    ///   - includesSecrets: Whether the file of the secrets is copied too.
    ///   - progress: told how far it has come, in words.
    /// - Throws: what keeps it from being written; nothing is left of it then.
    public static func run(
        _ options: ServerOptions, to target: String?, includesSecrets: Bool,
        progress: @escaping @Sendable (String) -> Void
    ) throws -> BackupReport {
        let location = try options.database()
        if FileSystem.exists(options.dataDirectory) { try options.prepareDataDirectory() }
        try location.requireDatabase()
        let path = try options.backupPath(target, location.backupKind)
        let secrets = try copySecrets(of: options, for: path, isWanted: includesSecrets)
        let start = monotonicNanoseconds()
        do {
            let backup = try location.backUp(to: path, try options.commandLog()) {
                progress($0.words)
            }
            return BackupReport(
                backup: backup, secrets: secrets, nanoseconds: monotonicNanoseconds() - start)
        } catch {
            if case .copied(let copy) = secrets { FileSystem.remove(copy) }
            throw error
        }
    }

    /// The backups in a folder; nil stands for that of the settings.
    public static func list(_ options: ServerOptions, in folder: String?) throws -> BackupList {
        let folder = try folder ?? options.backupFolder().path
        return BackupList(folder: folder, backups: try BackupFolder(path: folder).backups())
    }

    private static func copySecrets(
        of options: ServerOptions, for path: String, isWanted: Bool
    ) throws -> BackupReport.SecretsCopy {
        if options.given.settings.secrets.jwtSecret != nil { return .inVariables }
        guard try Secrets.load(path: options.secretsPath) != nil else { return .inDatabase }
        guard isWanted else { return .leftOut(options.secretsPath) }
        let copy = BackupFolder.secretsPath(of: path)
        FileSystem.remove(copy)
        try FileSystem.copy(options.secretsPath, to: copy)
        return .copied(copy)
    }
}

extension ServerOptions {
    /// Where backups are kept.
    func backupFolder() throws -> BackupFolder { backupFolder(try loadSettings().resolved()) }

    /// Where backups are kept as these settings say.
    func backupFolder(_ settings: Settings) -> BackupFolder {
        BackupFolder(path: settings.backup.directory ?? dataDirectory + "/backups")
    }

    /// Writes a backup of a database that is open to where backups are kept, before something that
    /// cannot be undone is done to it. It stays until somebody removes it.
    ///
    /// - Parameters:
    ///   - what: What is about to be done, for its name: `migrate`.
    ///   - progress: told now and then how far it has come. What it throws ends it.
    /// - Returns: the backup, and where it is.
    func backUp(
        _ database: any ServedDatabase, before what: String,
        progress: @escaping @Sendable (BackupProgress) throws(Problem) -> Void = {
            _ throws(Problem) in
        }
    ) throws -> WrittenBackup {
        let folder = try backupFolder()
        try folder.prepare()
        let path = folder.newPath("before-\(what)", try self.database().backupKind)
        return try database.backUp(to: path, progress: progress)
    }

    /// Where a backup goes that is to go to `target`.
    fileprivate func backupPath(_ target: String?, _ kind: BackupKind) throws -> String {
        guard let target else {
            // It may be the first that is kept there.
            try prepareDataDirectory()
            let folder = try backupFolder()
            try folder.prepare()
            return folder.newPath(nil, kind)
        }
        guard target.hasSuffix("/") || FileSystem.isFolder(target) == true else { return target }
        let folder = BackupFolder(path: target.hasSuffix("/") ? String(target.dropLast()) : target)
        try folder.prepare()
        return folder.newPath(nil, kind)
    }
}

extension BackupProgress {
    /// How far a backup has come, as a person reads it while it goes on.
    var words: String {
        switch self {
        case .copying(let bytes, let all):
            "\(all == 0 ? 0 : bytes * 100 / all) % of \(byteWords(all))"
        case .checking: "copied, and being checked"
        }
    }
}

/// A count of bytes, for people: `12.3 MB`.
func byteWords(_ count: Int) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")]
    guard let (unit, name) = units.first(where: { count >= $0.0 }) else { return "\(count) bytes" }
    return "\(count / unit).\(count % unit * 10 / unit) \(name)"
}
