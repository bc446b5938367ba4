import Bytes
import SQLite
import Store
import Values

/// A change seen by the hook and not yet in the log.
struct CapturedChange {
    let table: CaptureSource
    let operation: Change.Operation
    let new: RowImage?
    let old: RowImage?

    /// Bytes that it takes.
    var bytes: Int { Change.byteCount(new: new, old: old) }

    /// The key's values: of the new row, or of the old one for a delete.
    var key: [Value] {
        let values = (new ?? old)?.values ?? []
        return table.key.map { $0 < values.count ? values[$0] : .null }
    }
}

/// What the hook needs to know of a captured table.
final class CaptureSource {
    let name: String
    let cName: [CChar]
    let layout: RowLayout
    let keyLayout: [ColumnType]
    let key: [Int]
    /// Per column of the layout its place in the table, once the table has been looked at.
    var places: [Int]
    /// Per column what an old row without it stands for; see `resolve`.
    var missing: [Value]
    var isResolved = false

    init(_ table: CapturedTable) {
        name = table.name
        cName = table.name.utf8.map { CChar(bitPattern: $0) } + [0]
        layout = RowLayout(table.columns.map { ($0.name, $0.type) })
        key = table.key
        keyLayout = table.key.map { table.columns[$0].type }
        places = Array(table.columns.indices)
        missing = table.columns.map { _ in .null }
    }

    /// Looks up where the columns stand in the table: a column added later stands last there,
    /// whatever the model's order. Also reads the defaults of NOT NULL columns: rows written before
    /// such a column was added lack it, and SQLite 3.40's hook then says NULL where SQL says the
    /// default.
    func resolve(on connection: Connection) throws(SQLiteError) {
        guard !isResolved else { return }
        let sql: SQL = "SELECT name, cid, \"notnull\", dflt_value FROM pragma_table_xinfo(\(name))"
        let look = sql.bound
        var places: [String: Int] = [:]
        var defaults: [String: String] = [:]
        var run = try connection.start(look.text, look.arguments, .none)
        while try run.step() {
            let column = run.cell(0).text
            places[column] = Int(run.cell(1).integer)
            if run.cell(2).integer != 0, run.cell(3).storageClass != .null {
                defaults[column] = run.cell(3).text
            }
        }
        guard !places.isEmpty else { return }
        for (index, member) in layout.members.enumerated() {
            self.places[index] = places[member.key] ?? -1
            if let text = defaults[member.key] {
                missing[index] = Self.constant(text, on: connection)
            }
        }
        isResolved = true
    }

    /// Forgets where the columns stand.
    func unsettle() {
        isResolved = false
        places = layout.members.indices.map { $0 }
        missing = layout.members.map { _ in .null }
    }

    /// The value of a default's text, or NULL if it is not a constant.
    private static func constant(_ text: String, on connection: Connection) -> Value {
        guard var run = try? connection.run("SELECT \(text)"), (try? run.step()) == true else {
            return .null
        }
        return Value(run.cell(0))
    }

    /// One side of a change.
    func image(_ cell: (Int) -> ValueCell, isOld: Bool, columnCount: Int) -> RowImage {
        var values: [Value] = []
        values.reserveCapacity(places.count)
        for (index, place) in places.enumerated() {
            guard place >= 0, place < columnCount else {
                values.append(.null)
                continue
            }
            var value = Value(cell(place))
            // A whole number in a REAL column is kept as an integer in the record.
            if case .integer(let whole) = value, layout.members[index].type == .real {
                value = .real(Double(whole))
            }
            values.append(value.isNull && isOld ? missing[index] : value)
        }
        var json: [UInt8] = []
        json.reserveCapacity(values.count * 32)
        layout.appendObject(values, to: &json)
        return RowImage(values: values, json: json)
    }
}

/// Collects the changes of the transaction under way. Confined to the writer's thread.
final class ChangeCapture {
    private var sources: [CaptureSource] = []
    private var lastHit = 0
    private(set) var pending: [CapturedChange] = []
    private let bytesMax: Int
    /// Bytes of `pending`.
    private var bytes = 0

    init(bytesMax: Int = DatabaseLimits.changedBytesMax) { self.bytesMax = bytesMax }

    /// Whether a write has changed more than is kept: it must fail, since changes are missing here.
    var isOverfull: Bool { bytes > bytesMax }

    /// Replaces the tables to look at.
    func set(_ tables: [CapturedTable]) {
        sources = tables.map(CaptureSource.init)
        lastHit = 0
    }

    /// Looks at tables that did not exist so far.
    func resolve(on connection: Connection) throws(SQLiteError) {
        for source in sources where !source.isResolved { try source.resolve(on: connection) }
    }

    /// Whether some table was not found yet.
    var hasUnresolved: Bool { sources.contains { !$0.isResolved } }

    /// Has all tables looked at anew before the next transaction: they may have other columns.
    func unsettle() {
        for source in sources { source.unsettle() }
    }

    /// Called by the hook for each row about to change.
    func observe(_ change: RowChange) {
        guard !isOverfull, let source = source(of: change) else { return }
        let count = change.columnCount
        let old =
            change.operation == .insert
            ? nil : source.image(change.old, isOld: true, columnCount: count)
        let new =
            change.operation == .delete
            ? nil : source.image(change.new, isOld: false, columnCount: count)
        let operation: Change.Operation =
            switch change.operation {
            case .insert: .insert
            case .update: .update
            case .delete: .delete
            }
        let captured = CapturedChange(table: source, operation: operation, new: new, old: old)
        bytes += captured.bytes
        pending.append(captured)
    }

    /// Forgets what was captured after the first `count` changes: their statement was undone.
    func truncate(to count: Int) {
        while pending.count > count { bytes -= pending.removeLast().bytes }
    }

    /// The captured changes, which are forgotten here.
    func takePending() -> [CapturedChange] {
        defer {
            pending = []
            bytes = 0
        }
        return pending
    }

    private func source(of change: RowChange) -> CaptureSource? {
        if lastHit < sources.count, change.belongs(to: sources[lastHit].cName) {
            return sources[lastHit]
        }
        guard let index = sources.firstIndex(where: { change.belongs(to: $0.cName) }) else {
            return nil
        }
        lastHit = index
        return sources[index]
    }
}
