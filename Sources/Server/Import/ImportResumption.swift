import Bytes
import Diagnostics
import Schema
import Values

/// Finds out where a load goes on that was ended before.
struct ImportResumption {
    private let model: Model
    private let input: InputBytes
    private let connection: ServerConnection
    private let conflict: ImportConflict?

    init(
        _ model: Model, of input: InputBytes, over connection: ServerConnection,
        _ conflict: ImportConflict?
    ) {
        self.model = model
        self.input = input
        self.connection = connection
        self.conflict = conflict
    }

    /// Takes the rows that are in, as a mark says, and those that were on their way, if they have
    /// arrived: a chunk is in as a whole or not at all, and its rows tell. Keys alone do not: they
    /// may have been there before, so that it was refused.
    ///
    /// - Returns: how many rows are passed by, and those that were taken and are not in.
    /// - Throws: `import_doubtful` where that cannot be told.
    func take(
        _ state: ImportMark.State, from records: inout any ImportRecords
    ) throws -> (passed: Int, again: [ImportRecord]) {
        if state.isPartial, conflict == nil { throw Problem.partial(input.name, state.passed) }
        for _ in 0..<state.passed { guard try records.next() != nil else { break } }
        guard state.sending > 0, conflict == nil else { return (state.passed, []) }
        guard !model.primaryKey.isEmpty else {
            throw Problem.doubtful(input.name, state, "the model has no key that would tell")
        }
        var doubtful: [ImportRecord] = []
        while doubtful.count < state.sending, let record = try records.next() {
            doubtful.append(record)
        }
        var areSame = true
        for record in doubtful {
            guard let same = try isSame(record, state) else { return (state.passed, doubtful) }
            areSame = areSame && same
        }
        guard areSame else {
            throw Problem.doubtful(input.name, state, "rows with their keys are there and differ")
        }
        return (state.passed + doubtful.count, [])
    }

    /// Whether the row that has the key of one has the values that the file names; nil where there
    /// is none.
    private func isSame(_ record: ImportRecord, _ state: ImportMark.State) throws -> Bool? {
        let row = try? JSONDocument(parsing: record.json).root
        let conditions = try model.primaryKey.map { column throws(Problem) in
            let name = model.columns[column].name
            guard let value = row?[name], !value.isNull else {
                throw Problem.doubtful(input.name, state, "the file has no keys of theirs")
            }
            let text = value.string ?? String(utf8: value.raw)
            return PercentEncoding.encode(component: name.inQuotes) + "=eq."
                + PercentEncoding.encode(component: text)
        }
        let columns = model.columns.filter { record.columns.contains($0.name) }
        let names = columns.map { PercentEncoding.encode(component: $0.name.inQuotes) }
        try connection.begin(
            "GET", TableImport.path(of: model.name)
                + "?select=\(names.joined(separator: ","))&" + conditions.joined(separator: "&"))
        let answer = try connection.answer()
        guard answer.status == 200 else {
            throw Problem(answer).said(by: connection.server)
        }
        guard let stored = try? JSONDocument(parsing: answer.body).root.element(at: 0) else {
            return nil
        }
        return columns.allSatisfy { column in
            guard let given = row?[column.name], let held = stored[column.name],
                let one = try? column.type.value(from: given),
                let other = try? column.type.value(from: held)
            else { return false }
            return column.type.isSame(one, other)
        }
    }
}

extension Problem {
    fileprivate static func doubtful(
        _ file: String, _ state: ImportMark.State, _ reason: String
    ) -> Problem {
        let last = state.passed + state.sending
        return Problem(
            code: "import_doubtful", status: 500,
            message: "The first \(state.passed) rows of \(file) are in. Whether those behind them "
                + "up to row \(last) are cannot be told: \(reason).",
            hint: "They are all in or all not. Look into the table, and go on with "
                + "--skip \(last) or --skip \(state.passed).")
    }

    fileprivate static func partial(_ file: String, _ passed: Int) -> Problem {
        Problem(
            code: "import_partial", status: 500,
            message: "Behind row \(passed) of \(file) some rows are in and others are not, since "
                + "they refer to rows behind them.",
            hint: "--resume --on-conflict ignore loads those that are not.")
    }
}
