import Bytes
import Diagnostics
import Disk
import Schema

/// Loads the rows of a script into the models that were made of its tables. Confined to the thread
/// of the command.
final class SourceLoads {
    /// What came of a model's rows.
    struct Loaded {
        let table: String
        var count = 0
        var refused = 0
        /// The file with rows that were refused.
        var rejects: String?
    }

    private let path: String
    private let database: SourceDatabase
    private let drafts: [String: DraftedModel]
    private let folder: String
    private let rowBytesMax: Int
    private let progress: (ImportProgress) -> Void
    private(set) var loaded: [Loaded] = []
    /// What stopped it: nothing behind that is loaded.
    private(set) var stop: (place: String, problem: Problem)?

    /// - Parameters:
    ///   - path: the script.
    ///   - folder: where rows are written down that are refused.
    ///   - rowBytesMax: what the server takes as one row.
    init(
        _ path: String, _ database: SourceDatabase, _ drafts: [DraftedModel],
        refusedTo folder: String, rowBytesMax: Int,
        _ progress: @escaping (ImportProgress) -> Void
    ) {
        self.path = path
        self.database = database
        self.drafts = Dictionary(drafts.map { ($0.name, $0) }) { first, _ in first }
        self.folder = folder
        self.rowBytesMax = rowBytesMax
        self.progress = progress
    }

    /// Loads all, up to what stops it.
    func run(_ models: [Model], over connection: ServerConnection) throws {
        for step in SourceLoadOrder(models).steps where stop == nil {
            guard let draft = drafts[step.model.name] else { continue }
            try load(step, draft, over: connection)
        }
    }

    private func load(
        _ step: SourceLoadOrder.Step, _ draft: DraftedModel, over connection: ServerConnection
    ) throws {
        let blocks = database.rows(of: draft.table.name)
        guard !blocks.isEmpty else { return }
        let name = RowFileName.name(of: step.model.name, .ndjson)
        let file = "\(folder)/import-refused-\(name)"
        let reasons = try RejectionReasons(beside: file, besides: [path], goesOn: step.isSecond)
        let rejects = try RejectedRows(
            file, of: path, head: nil, besides: [path], goesOn: step.isSecond, reasons: reasons)
        var result = Loaded(table: step.model.name)
        for block in blocks where stop == nil {
            let input = try InputBytes(path, from: block.offset, line: block.line)
            var load = TableImport(
                step.model.name, of: input, over: connection, behind: 0,
                TableImport.Manner(
                    conflict: step.isSecond ? .merge : nil,
                    refersToItself: step.model.references.contains { $0.target == step.model.name },
                    rowBytesMax: rowBytesMax, rejects: rejects, progress: progress))
            let fault = try fault(&load, records(block, step, draft, input))
            result.count += load.count
            result.refused += load.refused
            if let fault {
                stop = ("\(path)" + (fault.line.map { ":\($0)" } ?? ""), fault.problem)
            }
        }
        if result.refused > 0 { result.rejects = file }
        let told = RejectionReasons.path(beside: file)
        if FileSystem.byteCount(of: told) ?? 0 == 0 { FileSystem.remove(file, told) }
        note(result, step)
    }

    private func fault(
        _ load: inout TableImport, _ records: any ImportRecords
    ) throws -> ImportFault? {
        do {
            return try load.load(records)
        } catch let fault as ImportFault {
            return fault
        }
    }

    /// Rows that were loaded once count once.
    private func note(_ result: Loaded, _ step: SourceLoadOrder.Step) {
        guard step.isSecond, let place = loaded.firstIndex(where: { $0.table == result.table })
        else { return loaded.append(result) }
        loaded[place].refused += result.refused
        loaded[place].rejects = result.rejects ?? loaded[place].rejects
    }

    private func records(
        _ block: SourceRows, _ step: SourceLoadOrder.Step, _ draft: DraftedModel,
        _ input: InputBytes
    ) -> any ImportRecords {
        let columns =
            block.columns.isEmpty ? draft.table.columns.map(\.name) : block.columns
        let conversion = RowConversion(
            columns, Dictionary(draft.columns.map { ($0.name, $0.form) }) { first, _ in first },
            leaving: step.left)
        switch block.form {
        case .copy: return CopyRecords(input, conversion)
        case .inserts: return InsertRecords(input, conversion, count: block.count)
        }
    }
}
