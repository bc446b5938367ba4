import Configuration
import Diagnostics
import Server

extension Command {
    static let importRows = Command(
        "import", operands: "TABLE FILE",
        summary: "load the rows of a file into a table, or those of a folder",
        discussion: """
            FILE holds JSON objects, one a line or in one array, or CSV with the columns' names in
            the first line; - is standard input. As in PostgreSQL's COPY, a field of CSV without any
            character is NULL and "" the empty text; a column left out has its default, or NULL
            without one. Empty lines are passed over. Rows are checked as those of requests are, but
            no access rule holds for them. They go in by chunks that others have their turn between:
            by the server that uses the database, if one does, and else without any. The first row
            that is refused ends it; all before it are in then, and --skip goes on behind them. With
            --rejects refused rows are written there in the form of FILE, to be mended and loaded,
            and their lines and the reasons to a file beside it that ends with .errors; the exit
            code is 1 then. Of a load that was killed --resume loads what is not in. With --all the
            files of DIR, which are called as their tables, are loaded, those first that others
            refer to, and --rejects names a folder of such files.
            """,
        settings: commonAndServer,
        options: [.allFolder, .conflict, .skip, .rejects, .url, .authorities],
        switches: [.resume, .json],
        example: "apus import rooms rooms.csv"
    ) { arguments in
        let order = try order(arguments)
        let progress = ProgressLine()
        let report: ImportReport
        do {
            report = try ImportCommand.run(ServerOptions(arguments.given), order) {
                show($0, on: progress)
            }
        } catch let error as OperandError {
            throw UsageError(error.message)
        }
        progress.clear()
        if let (place, problem) = report.fault {
            Terminal.error((place.map { "\($0): " } ?? "") + problem.message)
            for note in [problem.noted, problem.hint] { note.map(Terminal.error) }
        }
        Terminal.print((arguments.has(.json) ? report.json : report.text) + "\n")
        return report.isComplete ? 0 : 1
    }

    static func show(_ state: ImportProgress, on line: ProgressLine) {
        switch state {
        case .loaded(let table, let rows, let share):
            let bar = share.map { ProgressLine.bar($0) + " " } ?? ""
            line.show("\(table): \(bar)\(rows) rows")
        case .waiting(let seconds, let problem):
            line.clear()
            let reason = [problem.message, problem.noted ?? ""].filter { !$0.isEmpty }
            Terminal.error("waits \(seconds) s: \(reason.joined(separator: " "))")
        }
    }

    private static func source(
        _ arguments: Arguments
    ) throws(UsageError) -> ImportCommand.Source {
        let operands = arguments.operands
        if let folder = arguments.value(of: .allFolder) {
            guard operands.isEmpty, arguments.value(of: .skip) == nil else {
                throw UsageError("--all loads whole files: it goes without a TABLE and --skip")
            }
            return .folder(folder)
        }
        guard operands.count == 2 else {
            throw UsageError("'apus import' needs a TABLE and a FILE")
        }
        return .file(operands[1], table: operands[0])
    }

    private static func order(_ arguments: Arguments) throws(UsageError) -> ImportCommand.Order {
        var order = ImportCommand.Order(try source(arguments))
        if let text = arguments.value(of: .conflict) {
            guard let conflict = ImportConflict(rawValue: text) else {
                throw UsageError("--on-conflict takes ignore or merge, not '\(text)'")
            }
            order.conflict = conflict
        }
        if let text = arguments.value(of: .skip) {
            guard let count = Int(text), count >= 0 else {
                throw UsageError("--skip takes a count of rows, not '\(text)'")
            }
            order.skip = count
        }
        order.resumes = arguments.has(.resume)
        if order.resumes, order.skip > 0 { throw UsageError("--resume knows what to skip") }
        order.rejects = arguments.value(of: .rejects)
        order.server = try arguments.server()
        order.authorities = arguments.value(of: .authorities)
        return order
    }
}

extension Problem {
    /// The facts found, where they are a text.
    fileprivate var noted: String? {
        guard case .text(let text)? = details else { return nil }
        return text
    }
}
