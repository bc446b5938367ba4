import Configuration
import Diagnostics
import Server

extension Command {
    static let backup = Command(
        "backup", operands: "[FILE|DIR]",
        summary: "write a copy of the database, beside its server or without one",
        discussion: """
            The copy is of one moment, while the server goes on writing, and is checked before it
            has its name: until then it is called .part behind that, and whoever is interrupted
            leaves no more. Without an operand it is called after the time and goes where backups
            are kept. It is one file; with --database a folder, with the rows of all tables of
            models and accounts. The secrets are in it only with --with-secrets, in a file beside
            it: without them everybody is signed out, and all keys change. Backups are as secret as
            the data directory. 'apus serve' writes them by itself where backup.interval is set.
            """,
        settings: commonAndSecrets + [.backupDirectory], switches: [.list, .withSecrets, .json],
        example: "apus backup"
    ) { arguments in
        let target = try operand(arguments, most: 1, of: "backup")
        let options = ServerOptions(arguments.given)
        if arguments.has(.list) {
            let list = try BackupCommand.list(options, in: target)
            Terminal.print(arguments.has(.json) ? list.json + "\n" : list.text)
            return 0
        }
        let progress = ProgressLine()
        let report = try BackupCommand.run(
            options, to: target, includesSecrets: arguments.has(.withSecrets)
        ) { progress.show($0) }
        progress.clear()
        Terminal.print(arguments.has(.json) ? report.json + "\n" : report.text)
        return 0
    }

    static let restore = Command(
        "restore", operands: "[BACKUP|ARCHIVE]",
        summary: "put a backup, or a second of the archive, in the place of the database",
        discussion: """
            The server has to be stopped. The backup is checked first, and takes its place in one
            step: whoever is interrupted has what was there or what is restored. Where a database is
            there, --replace is needed; it is kept beside it, under a name that is told. With
            --database the rows are loaded into one that has applied the same migration files and
            holds none; --replace then removes those that are there, for good. Secrets that were
            copied with the backup are restored where there are none. The history of changes begins
            anew: no cursor of before holds in it. --at restores from an archive of all changes
            (backup.archive) what had been committed when that second began; without it an ARCHIVE
            is restored to its end. --list shows which seconds can be restored.
            """,
        settings: commonAndSecrets + [.archive], options: [.at],
        switches: [.listSeconds, .replace, .json],
        example: "apus restore .apus/backups/20261128T193000Z.db --replace"
    ) { arguments in
        let file = try operand(arguments, most: 1, of: "restore")
        let options = ServerOptions(arguments.given)
        if arguments.has(.listSeconds) {
            let list = try RestoreCommand.list(options, in: file)
            Terminal.print(arguments.has(.json) ? list.json + "\n" : list.text)
            return 0
        }
        let moment = try arguments.value(of: .at).map(moment)
        let progress = ProgressLine()
        let report: RestoreReport
        if moment == nil, let file, !RestoreCommand.isArchive(file) {
            report = try RestoreCommand.run(
                options, from: file, replaces: arguments.has(.replace)
            ) { progress.show($0) }
        } else if moment != nil || file != nil {
            report = try RestoreCommand.run(
                options, fromArchive: file, at: moment, replaces: arguments.has(.replace)
            ) { progress.show($0) }
        } else {
            throw UsageError(
                "'apus restore' needs a BACKUP, which 'apus backup --list' shows, or --at TIME")
        }
        progress.clear()
        Terminal.print(arguments.has(.json) ? report.json + "\n" : report.text)
        return 0
    }

    /// A second as RFC 3339 has it, with its offset.
    private static func moment(_ text: String) throws(UsageError) -> Instant {
        let hasOffset =
            text.hasSuffix("Z") || text.dropFirst(19).contains { $0 == "+" || $0 == "-" }
        guard hasOffset, let moment = Instant(postgres: text) else {
            throw UsageError("--at needs a time with its offset, such as 2026-11-29T08:15:00Z")
        }
        return moment
    }

    private static func operand(
        _ arguments: Arguments, most count: Int, of command: String
    ) throws(UsageError) -> String? {
        if arguments.operands.count > count {
            throw UsageError("'apus \(command)' takes one operand at the most")
        }
        return arguments.operands.first
    }
}
