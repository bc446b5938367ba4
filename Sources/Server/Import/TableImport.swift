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
    /// So many rows of a table are in by now, and so much of its file has been read, where that is
    /// known: from 0 to 1.
    case loaded(table: String, rows: Int, share: Double?)
    /// The server has no room for more, or a limit is used up: they are sent again after so many
    /// seconds.
    case waiting(seconds: Int, for: Problem)
}

/// Loads rows into a table through a server, in chunks that each take a turn of the writer at most:
/// others have theirs in between. While the server has one, the next is read. Confined to the
/// thread of the command.
struct TableImport {
    /// What is to be done, beside the rows themselves.
    struct Manner {
        var conflict: ImportConflict?
        /// Whether rows may refer to such as come behind them: those are sent again at the end.
        var refersToItself = false
        /// Columns that the file may name and nobody writes: they are computed again.
        var computed: Set<String> = []
        /// Bytes of a row that the server takes.
        var rowBytesMax = ImportLimits.recordBytesMax
        /// Takes rows that are refused; nil where the first of them ends the load.
        var rejects: RejectedRows?
        /// Where it is noted how far the load has come; nil where it could not go on there.
        var mark: ImportMark?
        /// Told of each chunk that is in, and of each wait.
        var progress: (ImportProgress) -> Void = { _ in }
    }

    private let connection: ServerConnection
    private let table: String
    private let input: InputBytes
    private let manner: Manner
    /// Rows that are in.
    private(set) var count = 0
    /// Rows whose keys were there, and which stay out.
    private(set) var ignored = 0
    /// Rows that were refused and passed over.
    private(set) var refused = 0
    /// Rows of the file that need no more be looked at.
    private(set) var passed: Int
    private var chunkSize = ChunkSize()
    /// What the file names of what is computed again.
    private var leftOut: Set<String> = []
    /// What the server has been sent and not answered, and when.
    private var sent: (chunk: Chunk, at: ContinuousClock.Instant)?
    /// Rows that refer to some that were not in.
    private var postponed: [ImportRecord] = []
    private var postponedBytes = 0

    /// - Parameter passed: rows of the file that are not loaded, since they are in.
    init(
        _ table: String, of input: InputBytes, over connection: ServerConnection,
        behind passed: Int, _ manner: Manner
    ) {
        self.table = table
        self.input = input
        self.connection = connection
        self.passed = passed
        self.manner = manner
    }

    /// What has come of it.
    ///
    /// - Parameter skipped: the rows that it began behind.
    func loaded(behind skipped: Int) -> ImportReport.Loaded {
        ImportReport.Loaded(
            table: table, count: count, ignored: ignored, refused: refused, skipped: skipped,
            passed: passed, isPartial: !postponed.isEmpty, recomputed: leftOut.sorted())
    }

    /// Loads all rows.
    ///
    /// - Returns: what stops it, most often a row that cannot be loaded; all before it are in then.
    /// - Throws: `Problem` when the file cannot be read, or the server not be reached.
    mutating func load(_ records: any ImportRecords) throws -> ImportFault? {
        var records = records
        var chunk = Chunk()
        while true {
            let found = Result { try next(of: &records) }
            if case .success(let record?) = found, chunk.isEmpty || takes(record, behind: chunk) {
                chunk.append(record)
                continue
            }
            if let stop = try hand(over: chunk) { return stop }
            chunk = Chunk()
            switch found {
            case .success(let record?): chunk.append(record)
            case .success(nil): return try settle() ?? loadPostponed()
            case .failure(let fault as ImportFault):
                // Rows before it are loaded, and if one is refused, that comes first.
                if let stop = try settle() ?? stop(at: fault) { return stop }
            case .failure(let error): throw error
            }
        }
    }

    /// The next row, if the server takes one of its size.
    private func next(of records: inout any ImportRecords) throws -> ImportRecord? {
        guard let record = try records.next() else { return nil }
        // An array of it has two brackets more.
        guard record.json.count + 2 <= manner.rowBytesMax else {
            throw ImportFault(
                line: record.line, .rowTooLong(record.json.count + 2, max: manner.rowBytesMax),
                row: record.refused)
        }
        return record
    }

    /// Whether a row may be sent along with others. Where it would overwrite what is there, it has
    /// to name the same columns: one that it does not name would be reset.
    private func takes(_ record: ImportRecord, behind chunk: Chunk) -> Bool {
        chunk.records.count < chunkSize.rows
            && chunk.bytes + record.json.count <= ImportLimits.chunkBytesMax
            && (manner.conflict != .merge || chunk.columns == record.columns)
    }

    /// A row that is in no form is passed over, or stops the load.
    private mutating func stop(at fault: ImportFault) throws -> ImportFault? {
        guard let rejects = manner.rejects, !fault.isLast, let line = fault.line else {
            return fault
        }
        try rejects.append(line: line, fault.problem, row: fault.row)
        refused += 1
        passed += 1
        return nil
    }

    // MARK: Chunks

    /// Sends a chunk once the one before is in; its answer is waited for later.
    private mutating func hand(over chunk: Chunk) throws -> ImportFault? {
        if let stop = try settle() { return stop }
        guard !chunk.isEmpty else { return nil }
        leftOut.formUnion(manner.computed.intersection(chunk.columns))
        try manner.mark?.note(passed: passed, sending: chunk.records.count)
        try begin(chunk)
        sent = (chunk, ContinuousClock.now)
        return nil
    }

    /// Waits for the answer, and fits the size of the next chunk to the time that it took.
    private mutating func settle() throws -> ImportFault? {
        guard let (chunk, start) = sent else { return nil }
        sent = nil
        let verdict = try answer(to: chunk)
        if case .inserted = verdict { chunkSize.fit(to: ContinuousClock.now - start) }
        return try end(chunk.records[...], verdict)
    }

    /// Sends rows as one write, and waits until they are in.
    private mutating func send(_ records: ArraySlice<ImportRecord>) throws -> ImportFault? {
        guard !records.isEmpty else { return nil }
        try manner.mark?.note(passed: passed, sending: records.count)
        let chunk = Chunk(records)
        try begin(chunk)
        return try end(records, try answer(to: chunk))
    }

    /// What comes of rows that were sent. Where they are refused, each half goes by itself, until
    /// the row is found that is at fault: those before it are in then.
    private mutating func end(
        _ records: ArraySlice<ImportRecord>, _ verdict: Verdict
    ) throws -> ImportFault? {
        let problem: Problem
        switch verdict {
        case .inserted(let inserted):
            count += inserted
            ignored += records.count - inserted
            passed += records.count
            manner.progress(.loaded(table: table, rows: count, share: input.share))
            return nil
        case .refused(let reason): problem = reason
        }
        guard let first = records.first else { return nil }
        guard problem.mayBeOfOneRow else {
            return ImportFault(line: nil, problem.said(by: connection.server))
        }
        guard records.count > 1 else { return try refuse(first, problem) }
        let middle = records.startIndex + records.count / 2
        return try send(records[..<middle]) ?? send(records[middle...])
    }

    /// A row that is refused waits for others, is written down, or stops the load.
    private mutating func refuse(
        _ record: ImportRecord, _ problem: Problem
    ) throws -> ImportFault? {
        if manner.refersToItself, problem.code == Self.brokenReference,
            postponedBytes + record.json.count <= ImportLimits.postponedBytesMax
        {
            try manner.mark?.stay(at: passed)
            postponed.append(record)
            postponedBytes += record.json.count
        } else if let rejects = manner.rejects {
            try rejects.append(line: record.line, problem, row: record.refused)
            refused += 1
        } else {
            // It is in no doubt: it is not in.
            try manner.mark?.note(passed: passed, sending: 0)
            return ImportFault(line: record.line, problem)
        }
        passed += 1
        return nil
    }

    /// A reference to a row that is not there.
    private static let brokenReference = "23503"

    /// Sends rows again that had referred to others behind them, as long as that helps.
    private mutating func loadPostponed() throws -> ImportFault? {
        var before = -1
        while !postponed.isEmpty {
            let rows = postponed
            (postponed, passed) = ([], passed - rows.count)
            // No other turn has helped: they are refused.
            postponedBytes = count == before ? ImportLimits.postponedBytesMax : 0
            before = count
            let step = manner.conflict == .merge ? 1 : ImportLimits.firstChunkRows
            for start in stride(from: 0, to: rows.count, by: step) {
                let end = min(start + step, rows.count)
                if let stop = try send(rows[start..<end]) { return stop }
            }
        }
        return nil
    }

    // MARK: Requests

    private func begin(_ chunk: Chunk) throws(Problem) {
        var preferences = ["return=minimal", "missing=default"]
        if let conflict = manner.conflict { preferences.append(conflict.preference) }
        if manner.conflict == .ignore { preferences.append("count=exact") }
        let given = chunk.columns.filter { !manner.computed.contains($0) }
        let columns = given.map { PercentEncoding.encode(component: $0.inQuotes) }
        try connection.begin(
            "POST", "\(Self.path(of: table))?columns=\(columns.joined(separator: ","))",
            [(name: "Prefer", value: preferences.joined(separator: ", "))], body: chunk.body)
    }

    /// The path of a table.
    static func path(of table: String) -> String {
        "/rest/v1/" + PercentEncoding.encode(component: table)
    }

    /// What the server says of rows.
    private enum Verdict {
        /// All are in, so many of them by this.
        case inserted(Int)
        /// None is.
        case refused(Problem)
    }

    /// Waits for the answer, and sends the rows again while the server has no room for them.
    private func answer(to chunk: Chunk) throws(Problem) -> Verdict {
        var tries = 1
        while true {
            let answer = try connection.answer()
            if (200..<300).contains(answer.status) {
                return .inserted(answer.rowCount ?? chunk.records.count)
            }
            guard tries < ImportLimits.triesMax, let seconds = answer.retryAfterSeconds else {
                return .refused(Problem(answer))
            }
            tries += 1
            let pause = UInt32(clamping: max(1, seconds))
            manner.progress(.waiting(seconds: Int(pause), for: Problem(answer)))
            sleep(pause)
            try begin(chunk)
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
        // Of most files all rows name the same.
        if record.columns == columns { return }
        for name in record.columns where known.insert(name).inserted { columns.append(name) }
    }

    /// A JSON array of them.
    var body: [UInt8] {
        var body: [UInt8] = [ASCII.leftBracket]
        body.reserveCapacity(bytes + records.count + 1)
        for (index, record) in records.enumerated() {
            if index > 0 { body.append(ASCII.comma) }
            body += record.json
        }
        body.append(ASCII.rightBracket)
        return body
    }
}

extension InputBytes {
    /// How much of the file has been read, from 0 to 1; nil where nobody knows.
    var share: Double? {
        byteCount.map { $0 == 0 ? 1 : min(1, Double(offset) / Double($0)) }
    }
}

extension String {
    /// A column's name as URLs have it, whatever is in it.
    var inQuotes: String {
        var text: [UInt8] = [ASCII.quote]
        for byte in utf8 {
            if byte == ASCII.quote || byte == ASCII.backslash { text.append(ASCII.backslash) }
            text.append(byte)
        }
        text.append(ASCII.quote)
        return String(utf8: text)
    }
}

extension Problem {
    /// What the server says in the body of an answer.
    init(_ answer: ServerConnection.Answer) {
        let object = (try? JSONDocument(parsing: answer.body))?.root
        self.init(
            code: object?["code"]?.string ?? "import_refused", status: answer.status,
            message: object?["message"]?.string ?? "The server answers \(answer.status).",
            details: object?["details"]?.string, hint: object?["hint"]?.string)
    }

    fileprivate static func rowTooLong(_ bytes: Int, max: Int) -> Problem {
        Problem(
            code: "import_row_too_long", status: 413,
            message: "The row has \(bytes) bytes as JSON, and the server takes up to \(max) in a "
                + "request: that is the setting limits.body_bytes.")
    }

    /// The same with the server that has said it: it may be another one than was meant.
    func said(by server: ServerURL) -> Problem {
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
