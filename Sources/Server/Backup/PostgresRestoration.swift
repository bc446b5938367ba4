import Auth
import Diagnostics
import Store
import StorePostgres

/// Loads a backup into a PostgreSQL database whose migration files have been applied, all in one
/// transaction. What names the database's history of changes is its own: whoever followed that of
/// the backup finds another.
struct PostgresRestoration {
    private let backup: PostgresBackup
    private let progress: PostgresBackup.Progress

    /// Tables of ours that have rows from the beginning: how they were made is the database's own.
    private static let made = "_apus_auth_steps"
    private static let begun = "_apus_forgotten_sessions"

    init(_ backup: PostgresBackup, _ progress: @escaping PostgresBackup.Progress) {
        self.backup = backup
        self.progress = progress
    }

    private var entries: [PostgresManifest.Entry] {
        backup.manifest.entries.filter { $0.table.name != Self.made }
    }

    /// - Parameter replaces: Whether rows that are there are removed first.
    func run(_ options: ServerOptions, replaces: Bool) throws -> RestoredDatabase {
        try backup.check(progress)
        return try options.withDatabase { served in
            guard let database = served as? PostgresDatabase else {
                throw Problem.unfit(backup.path, "it is one of PostgreSQL")
            }
            let servers = try database.otherServers()
            guard servers.isEmpty else { throw Problem.served(by: servers) }
            if entries.contains(where: { $0.table.name == Self.begun }) {
                try AuthService.prepareTables(in: database)
            }
            try database.migrations.copyingIn { copies throws(Problem) in
                try judge(copies)
                try clear(copies, replaces: replaces)
                try load(copies)
            }
            return RestoredDatabase(
                backup: WrittenBackup(
                    path: backup.path,
                    byteCount: BackupFolder.byteCount(of: backup.path, .folder),
                    migrations: backup.manifest.records), kept: nil,
                epoch: database.epoch, beginsHistory: false)
        }
    }

    /// Throws where the tables are not those of the backup.
    private func judge(_ copies: PostgresCopies) throws(Problem) {
        let records = try copies.records()
        let applied = records.map { [$0.version, $0.checksum] }
        guard applied == backup.manifest.records.map({ [$0.version, $0.checksum] }) else {
            let last = backup.manifest.records.last.map { "\($0.version)_\($0.name)" } ?? "none"
            throw .unfit(
                backup.path,
                "the database has not applied the same migration files, the last of which is "
                    + "\(last)",
                hint: "'apus migrate up', with the same --database, applies those of Migrations/.")
        }
        let columns = Dictionary(
            try copies.tables().map { ($0.name, Set($0.columns)) }
        ) { first, _ in first }
        for entry in entries {
            let there = columns[entry.table.name] ?? []
            guard !there.isEmpty, there.isSuperset(of: entry.table.columns) else {
                throw .unfit(
                    backup.path,
                    "the database has no table \(entry.table.name) with all of its columns",
                    hint: "'apus migrate up', with the same --database, makes those of models; "
                        + "those that were made by hand have to be made first.")
            }
        }
    }

    private func clear(_ copies: PostgresCopies, replaces: Bool) throws(Problem) {
        let tables = entries.map(\.table)
        let filled = try copies.filled(tables.filter { $0.name != Self.begun })
        if !filled.isEmpty, !replaces { throw .filled(filled) }
        for table in tables.reversed() where replaces || table.name == Self.begun {
            try copies.clear(table)
        }
    }

    private func load(_ copies: PostgresCopies) throws(Problem) {
        try copies.deferReferences()
        let all = backup.byteCount
        var done = 0
        for entry in entries {
            try progress(.copying(bytes: done, of: all))
            let source = try RowsSource("\(backup.path)/\(entry.file)")
            let rows = try copies.copyIn(entry.table) { source.next() }
            if let problem = source.problem { throw problem }
            guard rows == entry.rows else {
                throw .unfit(
                    backup.path,
                    "\(entry.table.name) has \(rows) rows and not \(entry.rows)")
            }
            done += entry.byteCount
        }
        for sequence in backup.manifest.sequences { try copies.raise(sequence) }
        try copies.note(backup.manifest.facts)
    }
}

extension Problem {
    fileprivate static func filled(_ tables: [String]) -> Problem {
        let names = tables.prefix(3).joined(separator: ", ") + (tables.count > 3 ? ", …" : "")
        return Problem(
            code: "database_filled", status: 500,
            message: "The database has rows already: \(names).",
            hint: "Restore into one that only has had its migration files applied. With --replace "
                + "all rows of these tables are removed first, in the same transaction, and kept "
                + "nowhere.")
    }
}
