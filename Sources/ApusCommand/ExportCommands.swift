import Configuration
import Diagnostics
import Server

extension Command {
    static let exportRows = Command(
        "export", operands: "TABLE [FILE]",
        summary: "write the rows of a table, or of all, to files",
        discussion: """
            The rows are those of one moment, beside the server that uses the database or without
            one, in the order of their keys and as the REST API writes values, for nobody's access
            rules: 'apus import' makes equal rows of them. FILE's ending tells the form, .csv,
            .json or .ndjson; without a FILE they go to standard output, as .ndjson. In CSV a field
            without any character is NULL, and "" the empty text. A FILE that is there is replaced
            once the new one is whole: until then there is a draft beside it. With --all each
            model has a file in DIR, which is made; the accounts are in 'apus backup' only.
            'apus export postgres [FILE]' writes the project as a script for a PostgreSQL 15 or
            later of its own, which psql takes with -v ON_ERROR_STOP=1: tables, rows, access
            rules as row-level security, grants and a publication; it tells what did not translate.
            With --to it is a folder instead, whose load.sql reads the others: one file for the
            tables, one for the rows of each, one for access.
            """,
        settings: common, options: [.form, .allFolder, .scriptFolder], switches: [.json],
        example: "apus export rooms rooms.csv"
    ) { arguments in
        if arguments.operands.first == "postgres", arguments.value(of: .form) == nil {
            return try exportPostgres(arguments)
        }
        guard arguments.value(of: .scriptFolder) == nil else {
            throw UsageError(
                "--to is for 'apus export postgres'; all tables go to a folder by --all")
        }
        let order = try exportOrder(arguments)
        let progress = ProgressLine()
        let report: ExportReport
        do {
            report = try ExportCommand.run(ServerOptions(arguments.given), order) { state in
                let place = "table \(state.place.number) of \(state.place.count)"
                progress.show("\(state.table), \(place): \(state.rows) rows")
            }
        } catch let error as OperandError {
            throw UsageError(error.message)
        }
        progress.clear()
        if case .table(_, file: nil, _) = order { return 0 }
        Terminal.print(arguments.has(.json) ? report.json + "\n" : report.text)
        return 0
    }

    /// Writes the whole project as a script.
    private static func exportPostgres(_ arguments: Arguments) throws -> Int32 {
        guard arguments.operands.count <= 2, arguments.value(of: .allFolder) == nil else {
            throw UsageError("'apus export postgres' takes a FILE, and no --all")
        }
        let folder = arguments.value(of: .scriptFolder)
        guard folder == nil || arguments.operands.count == 1 else {
            throw UsageError("'apus export postgres' takes a FILE, or a folder by --to")
        }
        let file = arguments.operands.dropFirst().first { $0 != "-" }
        if let file, RowFileForm(ofFile: file) != nil {
            throw UsageError(
                "'apus export postgres' writes SQL, not \(file): for rows of a model 'postgres' "
                    + "name --format")
        }
        let progress = ProgressLine()
        let report = try ExportCommand.writePostgres(
            ServerOptions(arguments.given), as: folder.map { .folder($0) } ?? .script(file)
        ) { state in
            let place = "table \(state.place.number) of \(state.place.count)"
            progress.show("\(state.table), \(place): \(state.rows) rows")
        }
        progress.clear()
        if file == nil, folder == nil { return 0 }
        Terminal.print(arguments.has(.json) ? report.json + "\n" : report.text)
        return 0
    }

    private static func exportOrder(
        _ arguments: Arguments
    ) throws(UsageError) -> ExportCommand.Order {
        let operands = arguments.operands
        var form: RowFileForm?
        if let text = arguments.value(of: .form) {
            form = RowFileForm(rawValue: text)
            if form == nil { throw UsageError("--format takes csv, json or ndjson, not '\(text)'") }
        }
        if let folder = arguments.value(of: .allFolder) {
            guard operands.isEmpty else {
                throw UsageError("--all writes all tables: it goes without a TABLE")
            }
            return .all(folder: folder, form ?? .ndjson)
        }
        guard (1...2).contains(operands.count) else {
            throw UsageError("'apus export' needs a TABLE, and takes a FILE")
        }
        let file = operands.count == 2 && operands[1] != "-" ? operands[1] : nil
        guard let file else {
            if arguments.has(.json) {
                throw UsageError("--json reports on a FILE; for rows as JSON: --format json")
            }
            return .table(operands[0], file: nil, form ?? .ndjson)
        }
        guard let known = form ?? RowFileForm(ofFile: file) else {
            throw UsageError("the ending of \(file) tells no form: name it with --format")
        }
        return .table(operands[0], file: file, known)
    }
}
