import Auth
import Bytes
import Configuration
public import Diagnostics
import Disk
import Store
import StoreSQLite

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

extension RestoreCommand {
    /// Puts the database back as it was when a second began, from an archive of its log. No server
    /// may be using it.
    ///
    /// - Parameters:
    ///   - archive: the folder; nil for that of the settings.
    ///   - moment: the second; nil for the last that is archived.
    /// - Throws: as ``run(_:from:replaces:progress:)``.
    public static func run(
        _ options: ServerOptions, fromArchive archive: String?, at moment: Instant?,
        replaces: Bool, progress: @escaping @Sendable (String) -> Void
    ) throws -> RestoreReport {
        let location = try options.database()
        guard location.backupKind == .file else { throw Problem.archivedByPostgres }
        let folder = try archive ?? options.archiveFolder()
        try FileSystem.requireFolder(folder)
        try options.prepareDataDirectory()
        let (restored, second) = try SQLiteDatabase.restore(
            fromArchive: folder, at: moment?.seconds, to: options.databasePath,
            stamp: BackupFolder.stamp(), replaces: replaces
        ) { progress($0.words) }
        var note: String?
        do throws(Problem) {
            let facts = try SQLiteDatabase.facts(at: options.databasePath)
            _ = try SecretsSources(options).known(to: { facts[$0] })
        } catch {
            note = [error.message, error.hint].compactMap(\.self).joined(separator: " ")
        }
        return RestoreReport(
            path: location.description, restored: restored, secretsNote: note,
            second: Instant(seconds: second))
    }

    /// What the archive can be restored to; nil stands for that of the settings.
    public static func list(_ options: ServerOptions, in folder: String?) throws -> ArchiveList {
        let folder = try folder ?? options.archiveFolder()
        try FileSystem.requireFolder(folder)
        return ArchiveList(folder: folder, spans: try SQLiteDatabase.archiveSpans(in: folder))
    }

    /// Whether a folder holds an archive of a log.
    public static func isArchive(_ path: String) -> Bool {
        (FileSystem.names(in: path) ?? []).contains { $0.hasPrefix("chain-") }
    }
}

extension ServerOptions {
    /// Where the log is archived.
    fileprivate func archiveFolder() throws -> String {
        guard let folder = try loadSettings().resolved().backup.archive else {
            throw Problem(
                code: "no_archive", status: 500, message: "No archive is named.",
                hint: "Give its folder, or set backup.archive, which has the server write one.")
        }
        return folder
    }
}

/// What an archive can be restored to, for people and scripts.
public struct ArchiveList: Sendable {
    let folder: String
    let spans: [ArchiveSpan]

    /// A line for each time without a gap, the newest last.
    public var text: String {
        if spans.isEmpty { return "nothing to restore in \(folder)\n" }
        let rows = spans.map { span in
            [
                "from \(Instant(seconds: span.first).rfc3339)",
                "to " + (span.last.map { Instant(seconds: $0).rfc3339 } ?? "its end"),
                byteWords(span.byteCount), span.path,
            ] + [span.problem].compactMap(\.self)
        }
        return textTable(rows).map { $0 + "\n" }.joined()
    }

    /// An array of objects, for scripts.
    public var json: String {
        let rows = spans.map { span -> JSON in
            [
                "path": .string(span.path), "bytes": .integer(Int64(span.byteCount)),
                "from": .string(Instant(seconds: span.first).rfc3339),
                "to": span.last.map { .string(Instant(seconds: $0).rfc3339) } ?? .null,
                "problem": span.problem.map { .string($0) } ?? .null,
            ]
        }
        return String(utf8: JSON.array(rows).bytes)
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
    /// When the last transaction in it was committed, of one from an archive.
    var second: Instant?

    /// Some lines for people.
    public var text: String {
        let lines = [
            "restored \(path) from \(restored.backup.path): \(restored.backup.words), "
                + "checked and whole",
            second.map { "its last transaction is of \($0.rfc3339)" },
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
            "last_transaction": second.map { .string($0.rfc3339) } ?? .null,
        ]
        return String(utf8: object.bytes)
    }
}
