import Configuration
import Diagnostics
import Server

extension Command {
    static let deletedList = Command(
        "deleted", "list", operands: "TABLE",
        summary: "list the deleted rows of a model with \"softDelete\"",
        discussion: """
            Those first that were deleted last: the key of each, and when it was deleted.
            """,
        settings: commonAndServer, options: [.limit, .url, .authorities], switches: [.json],
        example: "apus deleted list notes"
    ) { arguments in
        guard arguments.operands.count == 1 else {
            throw UsageError("'apus deleted list' needs a TABLE")
        }
        let limit = try arguments.count(of: .limit) ?? 100
        return try refusingOperands {
            let rows = try DeletedRowsCommand.list(
                ServerOptions(arguments.given), try target(arguments), limit: limit)
            if arguments.has(.json) {
                Terminal.print(DeletedRowsCommand.json(rows) + "\n")
            } else {
                for row in rows { Terminal.print("\(row.key)  \(row.deletedAt)\n") }
                if rows.count == limit { Terminal.error("there may be more: --limit N tells them") }
            }
            return 0
        }
    }

    static let deletedRestore = Command(
        "deleted", "restore", operands: "TABLE [KEY ...]",
        summary: "bring deleted rows back",
        discussion: """
            The rows are there again as they were, and feeds tell that they have come. KEY is as
            'apus deleted list' tells it: the values with commas between, where there are several.
            """,
        settings: commonAndServer, options: [.within, .olderThan, .url, .authorities],
        switches: [.everyRow, .json], example: "apus deleted restore notes --within 1h"
    ) { try change(.restore, "restored", $0) }

    static let deletedPurge = Command(
        "deleted", "purge", operands: "TABLE [KEY ...]",
        summary: "remove deleted rows for good",
        discussion: """
            With them goes what refers to them by a cascade; a row that others refer to otherwise
            stays, and is told. Rows that are not deleted are never touched.
            """,
        settings: commonAndServer, options: [.olderThan, .within, .url, .authorities],
        switches: [.everyRow, .json], example: "apus deleted purge notes --older-than 30d"
    ) { try change(.purge, "purged", $0) }

    private static func change(
        _ action: DeletedRowsCommand.Action, _ verb: String, _ arguments: Arguments
    ) throws -> Int32 {
        let choice = try choice(arguments)
        let progress = ProgressLine()
        return try refusingOperands {
            let (count, missing) = try DeletedRowsCommand.run(
                action, choice, ServerOptions(arguments.given), try target(arguments)
            ) { progress.show("\(counted($0, "row")) \(verb)") }
            progress.clear()
            for key in missing { Terminal.error("no deleted row has the key \(key)") }
            Terminal.print(
                arguments.has(.json)
                    ? "{\"rows\":\(count)}\n" : "\(counted(count, "row")) \(verb)\n")
            return missing.isEmpty ? 0 : 1
        }
    }

    private static func refusingOperands(_ body: () throws -> Int32) throws -> Int32 {
        do {
            return try body()
        } catch let error as OperandError {
            throw UsageError(error.message)
        }
    }

    private static func target(
        _ arguments: Arguments
    ) throws(UsageError) -> DeletedRowsCommand.Target {
        var target = DeletedRowsCommand.Target(table: arguments.operands[0])
        target.server = try arguments.server()
        target.authorities = arguments.value(of: .authorities)
        return target
    }

    /// The rows that are meant: said in one way, so that nothing is purged by mistake.
    private static func choice(
        _ arguments: Arguments
    ) throws(UsageError) -> DeletedRowsCommand.Choice {
        guard !arguments.operands.isEmpty else { throw UsageError("which TABLE?") }
        let keys = Array(arguments.operands.dropFirst())
        var choices: [DeletedRowsCommand.Choice] = keys.isEmpty ? [] : [.keys(keys)]
        if arguments.has(.everyRow) { choices.append(.all) }
        if let span = try arguments.span(of: .olderThan) { choices.append(.olderThan(span)) }
        if let span = try arguments.span(of: .within) { choices.append(.within(span)) }
        guard choices.count == 1 else {
            throw UsageError("say which rows by KEYs, --older-than, --within, or --all: by one")
        }
        return choices[0]
    }
}

extension Arguments {
    /// The span of time that an option gives.
    fileprivate func span(of option: ValueOption) throws(UsageError) -> Duration? {
        guard let text = value(of: option) else { return nil }
        if let span = Duration(span: text) { return span }
        throw UsageError(
            "\(option.name) takes a span of time such as 90s, 12h or 30d, not '\(text)'")
    }

    /// The count that an option gives.
    fileprivate func count(of option: ValueOption) throws(UsageError) -> Int? {
        guard let text = value(of: option) else { return nil }
        if let count = Int(text), count > 0 { return count }
        throw UsageError("\(option.name) takes a count from 1, not '\(text)'")
    }

    /// The server that `--url` names.
    func server() throws(UsageError) -> ServerURL? {
        guard let url = value(of: .url) else { return nil }
        if let server = ServerURL(url) { return server }
        throw UsageError("--url takes http://HOST:PORT or https://HOST:PORT, not '\(url)'")
    }
}
