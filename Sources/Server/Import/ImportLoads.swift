import Diagnostics
import Disk
import Schema

/// The loads of one command, one after the other. Confined to its thread.
final class ImportLoads {
    private let order: ImportCommand.Order
    private let parts: [LoadOrder.Part]
    private let connection: ServerConnection
    private let rowBytesMax: Int
    private let progress: (ImportProgress) -> Void
    /// Why rows are refused, where they are written down.
    private let reasons: RejectionReasons?
    /// Where it is noted how far each has come; none for what cannot be read once more.
    private let marks: [ImportMark?]
    /// How far each had come before.
    private let former: [ImportMark.State?]
    private var loaded: [ImportReport.Loaded] = []

    /// - Parameters:
    ///   - folder: where marks are.
    ///   - rowBytesMax: what the server takes as one row.
    /// - Throws: 58030; `import_unmarked` where there is nothing to go on with.
    init(
        _ order: ImportCommand.Order, _ parts: [LoadOrder.Part],
        over connection: ServerConnection, marks folder: String, rowBytesMax: Int,
        _ progress: @escaping (ImportProgress) -> Void
    ) throws(Problem) {
        self.order = order
        self.parts = parts
        self.connection = connection
        self.rowBytesMax = rowBytesMax
        self.progress = progress
        var (marks, former) = ([ImportMark?](), [ImportMark.State?]())
        for part in parts {
            let isMarked = part.file != "-" && FileSystem.isFolder(folder) == true
            let mark = isMarked ? try ImportMark(part.model.name, part.file, in: folder) : nil
            marks.append(mark)
            former.append(order.resumes ? try mark?.read() : nil)
        }
        if order.resumes, former.allSatisfy({ $0 == nil }) { throw .unmarked }
        (self.marks, self.former) = (marks, former)
        if order.isOfFolder, let folder = order.rejects { try FileSystem.makeFolder(folder) }
        reasons =
            if let path = order.rejects {
                try RejectionReasons(
                    beside: path, besides: parts.map(\.file), goesOn: order.resumes)
            } else { nil }
    }

    /// Where refused rows of a file go: into a folder of such files, if it is one of several.
    private func rejectsPath(of part: LoadOrder.Part) -> String? {
        guard let path = order.rejects, order.isOfFolder else { return order.rejects }
        return "\(path)/\(part.file.split(separator: "/").last ?? "")"
    }

    private func rejects(
        of part: LoadOrder.Part, _ records: any ImportRecords
    ) throws(Problem) -> RejectedRows? {
        guard let reasons, let path = rejectsPath(of: part) else { return nil }
        return try RejectedRows(
            path, of: part.file, head: records.head, besides: parts.map(\.file),
            goesOn: order.resumes, reasons: reasons)
    }

    /// A folder holds files of those tables alone of which rows were refused.
    private func tidy(_ part: LoadOrder.Part, refused: Int) {
        guard refused == 0, order.isOfFolder, !order.resumes else { return }
        if let path = rejectsPath(of: part) { FileSystem.remove(path) }
    }

    /// Loads all, up to what stops it.
    func run() throws -> ImportReport {
        let start = ContinuousClock.now
        var stop: (file: String, fault: ImportFault)?
        for place in parts.indices where stop == nil && former[place]?.isDone != true {
            stop = try load(place)
        }
        if stop == nil { for mark in marks { mark?.remove() } }
        return ImportReport(
            loaded, isOfFolder: order.isOfFolder, rejects: order.rejects,
            time: ContinuousClock.now - start, stop)
    }

    /// - Returns: what stops it.
    private func load(_ place: Int) throws -> (file: String, fault: ImportFault)? {
        let (part, mark) = (parts[place], marks[place])
        let input = try InputBytes(part.file)
        do {
            var records = try ImportFormat.records(
                of: input, for: part.model, keepingTexts: reasons != nil)
            let rejects = try rejects(of: part, records)
            let begun = try begin(place, input, &records)
            var load = TableImport(
                part.model.name, of: input, over: connection, behind: begun.passed,
                TableImport.Manner(
                    conflict: order.conflict,
                    refersToItself: part.model.references.contains {
                        $0.target == part.model.name
                    },
                    computed: Set(
                        part.model.computedColumns.map { part.model.columns[$0].name }),
                    rowBytesMax: rowBytesMax, rejects: rejects, mark: mark, progress: progress))
            let fault = try load.load(RecordsAgain(begun.again, before: records))
            loaded.append(load.loaded(behind: begun.passed))
            tidy(part, refused: load.refused)
            if fault == nil { try mark?.finish() }
            return fault.map { (input.name, $0) }
        } catch let fault as ImportFault {
            loaded.append(
                ImportReport.Loaded(
                    table: part.model.name, count: 0, ignored: 0, refused: 0, skipped: order.skip,
                    passed: order.skip, isPartial: false))
            return (input.name, fault)
        }
    }

    /// Takes the rows that are in.
    private func begin(
        _ place: Int, _ input: InputBytes, _ records: inout any ImportRecords
    ) throws -> (passed: Int, again: [ImportRecord]) {
        if let state = former[place] {
            let resumption = ImportResumption(
                parts[place].model, of: input, over: connection, order.conflict)
            return try resumption.take(state, from: &records)
        }
        for _ in 0..<order.skip { guard try records.next() != nil else { break } }
        return (order.skip, [])
    }
}

/// Rows that were taken already, and those behind them.
private struct RecordsAgain: ImportRecords {
    private var taken: ArraySlice<ImportRecord>
    private var rest: any ImportRecords

    init(_ taken: [ImportRecord], before rest: any ImportRecords) {
        self.taken = taken[...]
        self.rest = rest
    }

    mutating func next() throws -> ImportRecord? { try taken.popFirst() ?? rest.next() }
}

extension Problem {
    fileprivate static let unmarked = Problem(
        code: "import_unmarked", status: 500,
        message: "Nothing says that a load of this was ended before its end.",
        hint: "Load it without --resume.")
}
