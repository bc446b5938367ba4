import Auth
import Bytes
import Configuration
import Diagnostics
import Disk
import Store

/// What `apus restore` does.
public enum RestoreCommand {
    /// Puts a backup in the place of the database, which no server may be using.
    ///
    /// - Parameters:
    ///   - replaces: Whether a database may be there; it is kept under another name.
    ///   - progress: told how far it has come, in words.
    /// - Throws: what keeps it from being restored; all is as it was then.
    public static func run(
        _ options: ServerOptions, from backup: String, replaces: Bool,
        progress: @escaping @Sendable (String) -> Void
    ) throws -> RestoreReport {
        let location = try options.database()
        guard FileSystem.exists(backup) else { throw Problem.file("read", backup) }
        try options.prepareDataDirectory()
        let secrets = try SecretsRestoration(options, from: backup)
        // A server that starts in between makes none of its own.
        let isFirst = !FileSystem.exists(options.databasePath)
        if isFirst { try secrets.place() }
        let restored: RestoredDatabase
        do {
            restored = try location.restore(
                from: backup, options, stamp: BackupFolder.stamp(), replaces: replaces
            ) { progress($0.words) }
        } catch {
            if isFirst { secrets.takeBack() }
            throw error
        }
        if !isFirst { try secrets.place() }
        return RestoreReport(
            path: location.description, restored: restored,
            secretsNote: try secrets.note(location.facts(try options.commandLog())))
    }
}

/// The secrets that were copied with a backup, and where they belong.
private struct SecretsRestoration {
    private let options: ServerOptions
    private let copy: String?
    /// Whether there is a copy and nobody else has any.
    private let isWanted: Bool

    init(_ options: ServerOptions, from backup: String) throws {
        self.options = options
        let path = BackupFolder.secretsPath(of: backup)
        copy = FileSystem.exists(path) ? path : nil
        isWanted =
            copy != nil && options.given.settings.secrets.jwtSecret == nil
            && !FileSystem.exists(options.secretsPath)
    }

    /// Puts the copy into the place of the file, if there is none.
    func place() throws {
        guard isWanted, let copy else { return }
        guard let bytes = FileSystem.contents(of: copy) else { throw Problem.file("read", copy) }
        try FileSystem.makeWhole(options.secretsPath, bytes)
    }

    func takeBack() { if isWanted { FileSystem.remove(options.secretsPath) } }

    /// What is to be known of the secrets of a database with these facts.
    func note(_ facts: [String: String]) throws -> String? {
        do throws(Problem) {
            _ = try SecretsSources(options).known(to: { facts[$0] })
        } catch {
            return [error.message, error.hint].compactMap(\.self).joined(separator: " ")
        }
        return isWanted ? "the secrets of the backup are in \(options.secretsPath)" : nil
    }
}

/// What `apus restore` has done.
public struct RestoreReport: Sendable {
    let path: String
    let restored: RestoredDatabase
    let secretsNote: String?

    /// Some lines for people.
    public var text: String {
        let lines = [
            "restored \(path) from \(restored.backup.path): \(restored.backup.words), "
                + "checked and whole",
            restored.kept.map { "what was there is kept as \($0)" },
            restored.beginsHistory
                ? "its history of changes begins anew (epoch \(restored.epoch)): no cursor of "
                    + "before holds"
                : "its history of changes is its own (epoch \(restored.epoch)): no cursor of the "
                    + "backup's holds",
            secretsNote,
        ]
        return lines.compactMap(\.self).map { $0 + "\n" }.joined()
    }

    /// An object for scripts.
    public var json: String {
        let object: JSON = [
            "path": .string(path), "backup": restored.backup.object,
            "kept": restored.kept.map { .string($0) } ?? .null, "epoch": .string(restored.epoch),
            "secrets": secretsNote.map { .string($0) } ?? .null,
        ]
        return String(utf8: object.bytes)
    }
}
