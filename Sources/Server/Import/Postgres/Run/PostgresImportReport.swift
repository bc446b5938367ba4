import Bytes
import Configuration
public import Diagnostics
import Disk

/// What an import of a database has come to.
public struct PostgresImportReport: Sendable {
    private let order: PostgresImport.Order
    private let folder: String
    private let dataDirectory: String
    let models: [String]
    /// What is another than it was, or is not there.
    var notes: [ImportNote] {
        didSet { notes.sort(by: Self.order) }
    }
    /// The flags that the project is named by, and their values.
    private let flags: [(name: String, value: String)]
    /// Rows of models in the source, where it is a script.
    var rowsThere = 0
    /// Rows of tables that are not taken.
    var rowsLeft = 0
    var accounts = 0
    var loaded: [SourceLoads.Loaded] = []
    var stop: (place: String, problem: Problem)?
    var seconds = 0.0

    init(
        _ order: PostgresImport.Order, target: ServerOptions, models: [String],
        notes: [ImportNote]
    ) {
        self.order = order
        folder = target.projectDirectory
        dataDirectory = target.dataDirectory
        self.models = models
        flags = target.given.flags
        self.notes = notes.sorted(by: Self.order)
    }

    private static func order(_ one: ImportNote, _ other: ImportNote) -> Bool {
        (one.subject.rawValue, one.line ?? 0) < (other.subject.rawValue, other.line ?? 0)
    }

    /// Whether lines of the source are of a file that is there.
    private var hasLines: Bool { DatabaseAddress(order.source) == nil }

    private var rows: Int { loaded.reduce(0) { $0 + $1.count } }
    private var refused: Int { loaded.reduce(0) { $0 + $1.refused } }

    /// Whether every row is in.
    public var isComplete: Bool { stop == nil && refused == 0 }

    /// What stopped it, and at which place.
    public var fault: (place: String, problem: Problem)? { stop }

    /// The file that it is written to.
    public var file: String { "\(dataDirectory)/import-report.md" }

    // MARK: For people

    /// What was made, and what did not translate, a line each.
    public var text: String {
        var lines = [summary]
        for table in loaded where table.refused > 0 {
            lines.append(
                "\(table.table): \(counted(table.refused, "row")) refused: see "
                    + (table.rejects ?? ""))
        }
        if !notes.isEmpty { lines.append("\nNot as it was:") }
        for note in notes { lines.append("  " + line(note)) }
        if !order.isDryRun {
            lines.append("\nThe whole report: \(file)")
            lines.append("Next:\n\(nextSteps)")
        }
        return lines.joined(separator: "\n")
    }

    private var summary: String {
        var parts = [counted(models.count, "model")]
        if order.isDryRun {
            if hasLines { parts.append(counted(rowsThere, "row")) }
            parts.append(counted(accounts, "account"))
            parts += left
            return "would make \(parts.joined(separator: ", ")); nothing was written"
        }
        if !order.leavesRows {
            let rate = seconds > 0 ? Int(Double(rows) / seconds) : rows
            parts.append(
                "\(counted(rows, "row")) in \((seconds * 10).rounded() / 10) s, \(rate) a second")
            parts.append(counted(accounts, "account"))
            parts += left
        }
        return "made \(folder)/: \(parts.joined(separator: "; "))"
    }

    private var left: [String] {
        rowsLeft == 0 ? [] : ["\(counted(rowsLeft, "row")) of tables that are not taken"]
    }

    private func line(_ note: ImportNote) -> String {
        var text = note.isUrgent ? "! " : "- "
        text += note.subject.heading.lowercased()
        if !note.name.isEmpty { text += " \(note.name)" }
        text += ": \(note.text)"
        if hasLines, let line = note.line { text += " [line \(line)]" }
        if let advice = note.advice { text += " → \(advice)" }
        return text
    }

    private var nextSteps: String {
        let place = flags.map { " \($0.name) \(shellWord($0.value))" }.joined()
        var rows = [
            ["apus check\(place)", "# tells what is wrong with the files: nothing, now"],
            ["apus dev\(place)", "# serves it"],
        ]
        if stop != nil {
            let source = shellWord(SourceShown.text(order.source))
            rows = [["apus import postgres \(source)\(place) --anew", "# once that is mended"]]
        }
        return textTable(rows).map { "  \($0)\n" }.joined()
    }

    // MARK: For later

    /// Writes the report into the data directory.
    func write() throws(Problem) {
        try FileSystem.replace(file, with: Array(page.utf8))
    }

    /// The report as a page.
    var page: String {
        var text = "# Import of \(SourceShown.text(order.source))\n\n\(summary).\n"
        if let stop {
            text += "\n**It was stopped** at \(stop.place): \(stop.problem.message)\n"
        }
        if !loaded.isEmpty {
            text += "\n## Rows\n\n| table | rows | refused |\n| --- | --- | --- |\n"
            for table in loaded {
                text += "| \(table.table) | \(table.count) | \(table.refused) |\n"
            }
        }
        for subject in ImportNote.Subject.allCases {
            let some = notes.filter { $0.subject == subject }
            if some.isEmpty { continue }
            text += "\n## \(subject.heading)\n\n"
            for note in some { text += item(note) }
        }
        return text
    }

    private func item(_ note: ImportNote) -> String {
        var text = "- "
        if note.isUrgent { text += "**Look at this.** " }
        if !note.name.isEmpty { text += "`\(note.name)` " }
        text += note.text
        if hasLines, let line = note.line { text += " (line \(line))" }
        text += ".\n"
        if let advice = note.advice { text += "  \(advice)\n" }
        if let source = note.source, !source.isEmpty {
            text += "\n  ```sql\n  \(source)\n  ```\n\n"
        }
        return text
    }

    /// An object for scripts.
    public var json: String {
        let tables = loaded.map { table -> JSON in
            [
                "table": .string(table.table), "rows": .integer(Int64(table.count)),
                "refused": .integer(Int64(table.refused)),
            ]
        }
        let untranslated = notes.map { note -> JSON in
            [
                "kind": .string(note.subject.heading.lowercased()), "name": .string(note.name),
                "message": .string(note.text), "hint": note.advice.map(JSON.string) ?? .null,
                "line": hasLines ? note.line.map { .integer(Int64($0)) } ?? .null : .null,
                "urgent": .bool(note.isUrgent),
            ]
        }
        let object: JSON = [
            "models": .array(models.map(JSON.string)), "tables": .array(tables),
            "accounts": .integer(Int64(accounts)), "left": .integer(Int64(rowsLeft)),
            "untranslated": .array(untranslated),
            "milliseconds": .integer(Int64(seconds * 1000)),
            "fault": stop.map { ["at": .string($0.place), "message": .string($0.problem.message)] }
                ?? .null,
        ]
        return String(utf8: object.bytes)
    }
}
