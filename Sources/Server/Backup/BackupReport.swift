import Bytes
import Configuration
import Diagnostics
import Store

/// What `apus backup` has written.
public struct BackupReport: Sendable {
    /// What became of the secrets.
    enum SecretsCopy {
        /// They are beside the backup.
        case copied(String)
        /// They stay in their file.
        case leftOut(String)
        /// Variables have them.
        case inVariables
        /// The database has them, or has none yet.
        case inDatabase
    }

    let backup: WrittenBackup
    let secrets: SecretsCopy
    let nanoseconds: UInt64

    /// A sentence or two for people.
    public var text: String {
        let seconds = Double(nanoseconds / 100_000_000) / 10
        return "wrote \(backup.path): \(backup.words), in \(seconds) s\n\(secrets.words)\n"
    }

    /// An object for scripts.
    public var json: String {
        var object = backup.object
        object["milliseconds"] = .integer(Int64(nanoseconds / 1_000_000))
        object["secrets"] = secrets.path.map { .string($0) } ?? .null
        return String(utf8: object.bytes)
    }
}

extension BackupReport.SecretsCopy {
    /// Where they were copied to.
    fileprivate var path: String? {
        if case .copied(let path) = self { path } else { nil }
    }

    fileprivate var words: String {
        switch self {
        case .copied(let path): "the secrets are in \(path)"
        case .leftOut(let path):
            "the secrets are not in it: keep a copy of \(path) too, or give --with-secrets"
        case .inVariables:
            "the secrets are not in it: \(Setting.jwtSecret.variable) has them"
        case .inDatabase:
            "no file has the secrets: what the database has of them, encrypted, is in it"
        }
    }
}

extension WrittenBackup {
    /// What is in it, for people.
    var words: String {
        "\(byteWords(byteCount)), \(counted(migrations.count, "migration file")) applied"
    }

    /// The same for scripts.
    var object: JSON {
        [
            "path": .string(path), "bytes": .integer(Int64(byteCount)),
            "migrations": .integer(Int64(migrations.count)),
            "last_migration": migrations.last.map { .string("\($0.version)_\($0.name)") } ?? .null,
        ]
    }
}

/// The backups in a folder.
public struct BackupList: Sendable {
    let folder: String
    let backups: [KeptBackup]

    /// A line each, the newest last.
    public var text: String {
        if backups.isEmpty { return "no backups in \(folder)\n" }
        let rows = backups.map { backup in
            [backup.time, byteWords(backup.byteCount), backup.path]
                + (backup.secretsPath == nil ? [] : ["with secrets"])
        }
        return textTable(rows).map { $0 + "\n" }.joined()
    }

    /// An array of objects, for scripts.
    public var json: String {
        let rows = backups.map { backup -> JSON in
            [
                "path": .string(backup.path), "bytes": .integer(Int64(backup.byteCount)),
                "time": .string(backup.time),
                "secrets": backup.secretsPath.map { .string($0) } ?? .null,
            ]
        }
        return String(utf8: JSON.array(rows).bytes)
    }
}
