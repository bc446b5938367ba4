import Configuration
import Diagnostics
import Server

extension Command {
    static let importPostgres = Command(
        "import", "postgres", operands: "SOURCE",
        summary: "make a project of a Supabase or other PostgreSQL database",
        discussion: """
            SOURCE is a script that pg_dump has written (plain format, with rows as COPY or INSERT),
            or the address of a database, postgres://…, which is read in one transaction that can
            write nothing. Tables become models with their types, defaults, keys, references,
            indexes and checks; policies and grants become access rules; tables of the publication
            supabase_realtime get a feed; then a migration file is written and applied, and rows and
            accounts are loaded. What the rules cannot say is left out, so that nobody may do more
            than before: a policy that is not translated allows nothing. Whatever is another than it
            was is told by name, with the reason and what to write by hand, and stands in
            .apus/import-report.md. Rows that are refused are written down there, too, and the exit
            code is 1. Nothing that is there is written over without --force, and where the
            database cannot be brought to new files, all files stay as they were. An import that was
            killed while rows came is told of by the next, which begins anew with --anew: it takes
            the rows out that have come.
            """,
        settings: commonAndServer, options: [.toFolder, .schema],
        switches: [.importDryRun, .noRows, .replaceModels, .beginAnew, .json],
        example: "apus import postgres dump.sql --to shop"
    ) { arguments in
        guard arguments.operands.count == 1, let source = arguments.operands.first else {
            throw UsageError("'apus import postgres' needs one SOURCE")
        }
        if RowFileForm(ofFile: source) != nil {
            throw UsageError(
                "'apus import postgres' reads SQL: for rows of a model 'postgres' use --all DIR")
        }
        var given = arguments.given
        if let folder = arguments.value(of: .toFolder) { try given.give(.project, flag: folder) }
        var order = PostgresImport.Order(source)
        if let schema = arguments.value(of: .schema) { order.schema = schema }
        order.isDryRun = arguments.has(.importDryRun)
        order.leavesRows = arguments.has(.noRows)
        order.replaces = arguments.has(.replaceModels)
        order.beginsAnew = arguments.has(.beginAnew)
        let line = ProgressLine()
        let report: PostgresImportReport
        do {
            report = try PostgresImport.run(ServerOptions(given), order) { show($0, on: line) }
        } catch let error as OperandError {
            throw UsageError(error.message)
        }
        line.clear()
        if let (place, problem) = report.fault {
            Terminal.error("\(place): \(problem.message)")
            if let hint = problem.hint { Terminal.error(hint) }
        }
        Terminal.print((arguments.has(.json) ? report.json : report.text) + "\n")
        return report.isComplete ? 0 : 1
    }

    private static func show(_ state: PostgresImport.Progress, on line: ProgressLine) {
        switch state {
        case .reading(let share): line.show("reads \(ProgressLine.bar(share))")
        case .copying(let table): line.show("copies \(table)")
        case .loading(let progress): show(progress, on: line)
        }
    }
}
