import Configuration
import Diagnostics
import Server

extension Command {
    static let check = Command(
        "check",
        summary: "tell all that 'apus serve' would refuse",
        discussion: """
            Lists every fault of every file as FILE:LINE:COLUMN and exits with 1 when there is one.
            What is declared and built by no migration file is one too: 'apus serve' would refuse to
            start. Takes the flags and variables of 'apus serve', and looks at them too: at the
            certificate, the secrets, and the database, where there is one, beside its server or
            without: whether it was served with others, and has applied the files as they are.
            Files that it has yet to apply are no fault. Changes nothing. With --database, what
            files build is tried in a transaction of PostgreSQL's that is taken back.
            """,
        settings: Setting.all, switches: [.json], example: "apus check --project ."
    ) { arguments in
        let report = SchemaCheck.run(ServerOptions(arguments.given))
        if arguments.has(.json) {
            Terminal.print(report.json + "\n")
        } else {
            for line in report.faults { Terminal.print(line + "\n") }
            for line in report.warnings { Terminal.print("\(line) (warning)\n") }
            Terminal.print(report.summary + "\n")
        }
        return report.faults.isEmpty ? 0 : 1
    }

    static let migrateNew = Command(
        "migrate", "new", operands: "NAME",
        summary: "write what makes of Migrations/ what Schemas/ declares as one SQL file",
        discussion: """
            Everything that models can say is written: what is new, changed, renamed (renamedFrom)
            and dropped, with queries that list the rows which stand in the way before anything is
            done. What drops columns or tables needs --allow-destructive. The database is not
            changed. With --database the file is PostgreSQL's, else SQLite's; Migrations/ may hold
            both kinds.
            """,
        switches: [.allowDestructive], example: "apus migrate new add_rooms"
    ) { arguments in
        guard arguments.operands.count == 1 else {
            throw UsageError("'apus migrate new' needs one NAME, such as add_rooms")
        }
        var options = ServerOptions(arguments.given)
        options.allowsLosses = arguments.has(.allowDestructive)
        let written: MigrationCommands.Written?
        do {
            written = try MigrationCommands.new(options, name: arguments.operands[0])
        } catch let error as OperandError {
            throw UsageError(error.message)
        }
        guard let file = written else {
            Terminal.print("nothing to do: Migrations/ builds what Schemas/ declares\n")
            return 0
        }
        Terminal.print("wrote \(file.path)\n")
        for item in file.items { Terminal.print("  \(item)\n") }
        if let others = file.others {
            Terminal.print(
                "Migrations/ holds files of another engine too (\(others)): write its own with the "
                    + "same command, with or without --database\n")
        }
        return 0
    }

    static let migrateUp = Command(
        "migrate", "up",
        summary: "apply the migration files that the database does not have yet",
        discussion: """
            Each is recorded with its checksum, and applied whole or not at all: when a statement
            fails, or a file drops what Schemas/ still declares, or what holds rows or values and
            neither the file nor --allow-destructive says that it may. Those before one that makes
            tables anew, or runs outside of a transaction, stay applied. One that is older than some
            that are applied, as another branch brings it, goes behind them where that comes to the
            same. With --dry-run all is done to a copy of the database, rows and all, and timed.
            """,
        switches: [.allowDestructive, .dryRun], example: "apus migrate up --dry-run"
    ) { arguments in
        if arguments.has(.dryRun) {
            let count = try MigrationCommands.rehearse(ServerOptions(arguments.given)) { lines in
                for line in lines { Terminal.print("\(line)\n") }
            }
            Terminal.print(
                count == 0
                    ? "nothing to do: all files are applied\n"
                    : "\(counted(count, "file")) tried on a copy; nothing was changed\n")
            return 0
        }
        var options = ServerOptions(arguments.given)
        options.allowsLosses = arguments.has(.allowDestructive)
        let count = try MigrationCommands.up(options) { name in
            Terminal.print("applied \(name)\n")
        }
        Terminal.print(count == 0 ? "nothing to do: all files are applied\n" : "\(count) applied\n")
        return 0
    }

    static let migrateVerify = Command(
        "migrate", "verify",
        summary: "prove that files, models and database fit together",
        discussion: """
            Applied files must be as they were, all files must build what Schemas/ declares, and the
            database's own catalogue must be what they build. Then all rows are read of models with
            patterns or shapes of JSON, which the server alone asks of what is written: those that
            have been there before are told. Lists what is not so and exits with 1. Changes nothing,
            and may be run beside a server.
            """,
        example: "apus migrate verify"
    ) { arguments in
        let faults = try MigrationCommands.verify(ServerOptions(arguments.given))
        for fault in faults { Terminal.print("\(fault)\n") }
        Terminal.print(faults.isEmpty ? "files, models and database fit together\n" : "")
        return faults.isEmpty ? 0 : 1
    }

    static let migrateStatus = Command(
        "migrate", "status",
        summary: "list the migration files and whether the database has them",
        discussion: """
            Exits with 1 when a file is pending, changed or missing. Applies nothing, and may be run
            beside a server.
            """,
        switches: [.json], example: "apus migrate status --json"
    ) { arguments in
        let report = try MigrationCommands.status(ServerOptions(arguments.given))
        Terminal.print((arguments.has(.json) ? report.json : report.text) + "\n")
        return report.isClean ? 0 : 1
    }
}
