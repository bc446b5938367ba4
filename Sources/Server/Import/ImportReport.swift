import Bytes
public import Diagnostics

/// What an import has come to.
public struct ImportReport: Sendable {
    /// What was loaded of one file.
    struct Loaded {
        let table: String
        /// Rows that are in.
        let count: Int
        /// Rows that were there already, and stay out.
        let ignored: Int
        /// Rows that were refused and written down.
        let refused: Int
        /// Rows at the beginning of the file that were passed over, since they were in.
        let skipped: Int
        /// Rows of the file that need no more be looked at.
        let passed: Int
        /// Whether ``passed`` says all: rows that come behind may be in, too.
        let isPartial: Bool
        /// Columns of the file that are computed again, whatever it says of them.
        var recomputed: [String] = []
    }

    private let tables: [Loaded]
    private let isOfFolder: Bool
    private let seconds: Double
    /// The file of refused rows.
    private let rejects: String?
    /// What stopped it, and where that is of a row `FILE:LINE`; nil when all rows were looked at.
    public let fault: (place: String?, problem: Problem)?

    init(
        _ tables: [Loaded], isOfFolder: Bool, rejects: String?, time: Duration,
        _ fault: (file: String, fault: ImportFault)?
    ) {
        self.tables = tables
        self.isOfFolder = isOfFolder
        self.rejects = rejects
        seconds = time / .seconds(1)
        self.fault = fault.map { file, fault in
            (place: fault.line.map { "\(file):\($0)" }, problem: fault.problem)
        }
    }

    private var count: Int { tables.reduce(0) { $0 + $1.count } }
    private var ignored: Int { tables.reduce(0) { $0 + $1.ignored } }
    private var refused: Int { tables.reduce(0) { $0 + $1.refused } }

    /// Whether every row is in.
    public var isComplete: Bool { fault == nil && refused == 0 }

    /// A sentence or two for people.
    public var text: String {
        var text = ""
        if isOfFolder {
            for table in tables { text += "\(table.table): \(counted(table.count, "row"))\n" }
        }
        for table in tables where !table.recomputed.isEmpty {
            let names = table.recomputed.joined(separator: ", ")
            text += "\(table.table): \(names) computed again, whatever the file says\n"
        }
        let rate = seconds > 0 ? Int(Double(count) / seconds) : count
        text += "\(counted(count, "row")) in \((seconds * 10).rounded() / 10) s"
        if ignored > 0 { text += ", \(ignored) \(ignored == 1 ? "was" : "were") there already" }
        if refused > 0, let rejects {
            text +=
                ", \(refused) refused: see \(rejects), and why in "
                + RejectionReasons.path(beside: rejects)
        }
        guard fault != nil else { return text + ", \(rate) a second" }
        guard let last = tables.last, last.passed > 0 || isOfFolder else { return text }
        if last.isPartial { return text + "; some rows that refer to others are not in yet" }
        if isOfFolder { return text + "; --resume goes on behind them" }
        return text + "; --skip \(last.passed) goes on behind them"
    }

    /// An object for scripts.
    public var json: String {
        let fault: JSON =
            fault.map { place, problem in
                [
                    "at": place.map { JSON.string($0) } ?? .null, "code": .string(problem.code),
                    "message": .string(problem.message),
                ]
            } ?? .null
        let parts = tables.map { table -> JSON in
            var part: JSON = [
                "table": .string(table.table), "skipped": .integer(Int64(table.skipped)),
                "rows": .integer(Int64(table.count)), "ignored": .integer(Int64(table.ignored)),
                "refused": .integer(Int64(table.refused)),
            ]
            if !table.recomputed.isEmpty {
                part["recomputed"] = .array(table.recomputed.map(JSON.string))
            }
            return part
        }
        var object: JSON = isOfFolder || parts.isEmpty ? ["tables": .array(parts)] : parts[0]
        object["milliseconds"] = .integer(Int64(seconds * 1000))
        object["fault"] = fault
        return String(utf8: object.bytes)
    }
}
