import Bytes
public import Diagnostics
import Glibc

/// What is done with rows whose primary key is there already.
public enum ImportConflict: String, CaseIterable, Sendable {
    /// The rows that are there stay.
    case ignore
    /// The columns that the file names are overwritten.
    case merge

    fileprivate var preference: String {
        switch self {
        case .ignore: "resolution=ignore-duplicates"
        case .merge: "resolution=merge-duplicates"
        }
    }
}

/// How an import goes on.
public enum ImportProgress: Sendable {
    /// So many rows are in by now.
    case loaded(rows: Int)
    /// The server has no room for more, or a limit is used up: they are sent again after so many
    /// seconds.
    case waiting(seconds: Int, for: Problem)
}

/// Loads rows into a table through a server, in chunks that each take a turn of the writer at most:
/// others have theirs in between. Confined to the thread of the command.
struct TableImport {
    private let connection: ServerConnection
    private let table: String
    private let conflict: ImportConflict?
    /// Told of each chunk that is in, and of each wait.
    private let progress: (ImportProgress) -> Void
    /// Rows that are in.
    private(set) var count = 0
    private var chunkRows = ImportLimits.firstChunkRows

    init(
        _ table: String, over connection: ServerConnection, conflict: ImportConflict?,
        progress: @escaping (ImportProgress) -> Void
    ) {
        self.table = table
        self.connection = connection
        self.conflict = conflict
        self.progress = progress
    }

    /// Loads all rows.
    ///
    /// - Returns: what stops it, most often a row that cannot be loaded; all before it are in then.
    /// - Throws: `Problem` when the file cannot be read, or the server not be reached.
    mutating func load(_ records: any ImportRecords) throws -> ImportFault? {
        var records = records
        var chunk = Chunk()
        var fault: ImportFault?
        while fault == nil {
            let record: ImportRecord?
            do {
                record = try records.next()
            } catch let malformed as ImportFault {
                (record, fault) = (nil, malformed)
            }
            if let record, chunk.isEmpty || takes(record, behind: chunk) {
                chunk.append(record)
                continue
            }
            // Rows before one that is malformed are loaded, and if one is refused, it comes first.
            if !chunk.isEmpty, let refused = try send(chunk) { return refused }
            guard let record else { return fault }
            chunk = Chunk()
            chunk.append(record)
        }
        return fault
    }

    /// Whether a row may be sent along with others. Where it would overwrite what is there, it has
    /// to name the same columns: one that it does not name would be reset.
    private func takes(_ record: ImportRecord, behind chunk: Chunk) -> Bool {
        chunk.records.count < chunkRows
            && chunk.bytes + record.json.count <= ImportLimits.chunkBytesMax
            && (conflict != .merge || chunk.columns.elementsEqual(record.columns))
    }

    /// Sends a chunk, and fits the size of the next to the time that it took.
    private mutating func send(_ chunk: Chunk) throws -> ImportFault? {
        let start = ContinuousClock.now
        if let fault = try send(chunk.records[...]) { return fault }
        let time = ContinuousClock.now - start
        if time > ImportLimits.chunkTime * 2 {
            chunkRows = max(1, chunkRows / 2)
        } else if time < ImportLimits.chunkTime {
            chunkRows = min(ImportLimits.chunkRowsMax, chunkRows + chunkRows / 2 + 1)
        }
        return nil
    }

    /// Sends rows as one write. Where they are refused, each half goes by itself, until the row is
    /// found that is at fault: those before it are in then.
    private mutating func send(_ records: ArraySlice<ImportRecord>) throws -> ImportFault? {
        guard let first = records.first else { return nil }
        guard let problem = try post(records) else {
            count += records.count
            progress(.loaded(rows: count))
            return nil
        }
        guard problem.mayBeOfOneRow else {
            return ImportFault(line: nil, problem.said(by: connection.server))
        }
        if records.count == 1 { return ImportFault(line: first.line, problem) }
        let middle = records.startIndex + records.count / 2
        return try send(records[..<middle]) ?? send(records[middle...])
    }

    /// Sends rows, and again while the server has no room for them.
    ///
    /// - Returns: why it refuses them; nil when they are in.
    private func post(_ records: ArraySlice<ImportRecord>) throws(Problem) -> Problem? {
        let chunk = Chunk(records)
        var preferences = ["return=minimal", "missing=default"]
        if let conflict { preferences.append(conflict.preference) }
        let columns = chunk.columns.map { PercentEncoding.encode(component: $0) }
        let target = "/rest/v1/\(table)?columns=\(columns.joined(separator: ","))"
        let fields = [(name: "Prefer", value: preferences.joined(separator: ", "))]
        var tries = 1
        while true {
            let answer = try connection.post(target, fields, body: chunk.body)
            if (200..<300).contains(answer.status) { return nil }
            guard tries < ImportLimits.triesMax, let seconds = answer.retryAfterSeconds else {
                return Problem(answer)
            }
            tries += 1
            let pause = UInt32(clamping: max(1, seconds))
            progress(.waiting(seconds: Int(pause), for: Problem(answer)))
            sleep(pause)
        }
    }
}

/// Rows that are sent as one write.
private struct Chunk {
    private(set) var records: [ImportRecord] = []
    /// The columns that any of them names, in the order in which they come.
    private(set) var columns: [String] = []
    private var known: Set<String> = []
    private(set) var bytes = 0

    init() {}

    init(_ records: ArraySlice<ImportRecord>) {
        for record in records { append(record) }
    }

    var isEmpty: Bool { records.isEmpty }

    mutating func append(_ record: ImportRecord) {
        records.append(record)
        bytes += record.json.count
        for name in record.columns where known.insert(name).inserted { columns.append(name) }
    }

    /// A JSON array of them.
    var body: [UInt8] {
        var body: [UInt8] = [UInt8(ascii: "[")]
        body.reserveCapacity(bytes + records.count + 1)
        for (index, record) in records.enumerated() {
            if index > 0 { body.append(ASCII.comma) }
            body += record.json
        }
        body.append(UInt8(ascii: "]"))
        return body
    }
}

extension Problem {
    /// What the server says in the body of an answer.
    fileprivate init(_ answer: ServerConnection.Answer) {
        let object = (try? JSONDocument(parsing: answer.body))?.root
        self.init(
            code: object?["code"]?.string ?? "import_refused", status: answer.status,
            message: object?["message"]?.string ?? "The server answers \(answer.status).",
            details: object?["details"]?.string, hint: object?["hint"]?.string)
    }

    /// The same with the server that has said it: it may be another one than was meant.
    fileprivate func said(by server: ServerURL) -> Problem {
        var problem = self
        if status == 401 {
            problem.message = "The server at \(server.text) refuses the project's service key: "
                + "\(message)."
            problem.hint = "If it is another project's, name the right one with --url URL."
        } else {
            problem.message = "The server at \(server.text) refuses: \(message)"
        }
        return problem
    }

    /// Whether it may be for one row that the server refuses all of them: not for the table or the
    /// key.
    fileprivate var mayBeOfOneRow: Bool { ![401, 403, 404].contains(status) }
}
