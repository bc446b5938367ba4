import Store
import Values

/// What an upsert asks and does where a key is there already.
struct ConflictStatements: Sendable {
    let conflict: InsertProgram.Conflict
    private let table: Table
    private let lookup: ConflictLookup
    /// Updates the row with a rowid; nil when nothing of it changes.
    private let update: ProgramStatement?
    /// Whether the row may have another rowid then: that is the table's key where it is an integer.
    private let mayMoveRow: Bool

    init(_ conflict: InsertProgram.Conflict, of table: Table) {
        self.conflict = conflict
        self.table = table
        lookup = ConflictLookup(conflict, of: table)
        let moves = conflict.changed.contains(where: table.primaryKey.columns.contains)
        mayMoveRow = moves
        update =
            conflict.changed.isEmpty
            ? nil
            : ProgramStatement { writer in
                writer.appendUpdate(
                    conflict.changed, of: RowChoice(oneOf: table, as: Alias.old))
                if moves { writer.append(" RETURNING rowid") }
            }
    }

    /// What becomes of one proposed row.
    enum Fate {
        case insert
        case update(rowID: Int64)
        case skip

        var writes: Bool { if case .skip = self { false } else { true } }
    }

    /// What becomes of the proposed rows, each of which is judged if it is there.
    ///
    /// - Parameter numbered: See ``numbered(_:)``, asked before they were numbered.
    /// - Throws: `repeatedConflict`, `hiddenRow`, `conflictCheck`.
    func fates(
        of new: NewRows, numbered: Set<Int>, _ run: ProgramRun
    ) throws(WriteRefusal) -> [Fate] {
        var fates = [Fate](repeating: .insert, count: new.rows.count)
        var places: [Int] = []
        var seen: Set<[Value]> = []
        for (place, row) in new.rows.enumerated() {
            let key = conflict.key.map { row.values[$0] }
            if key.contains(.null) || numbered.contains(place) { continue }
            if seen.insert(key).inserted {
                places.append(place)
            } else if conflict.resolution == .ignore {
                fates[place] = .skip
            } else {
                throw .repeatedConflict
            }
        }
        let matches = try lookup.find(places, run) { row, column in
            value(of: new.rows[row], column, new.stamps)
        }
        for match in matches {
            switch match.failure {
            case nil: break
            case ConflictLookup.hidden?: throw .hiddenRow
            case let check?: throw .conflictCheck(check)
            }
            fates[match.row] =
                conflict.resolution == .ignore ? .skip : .update(rowID: match.rowID)
        }
        return fates
    }

    /// The rows of which the store will number a part of the key: these conflict with none.
    func numbered(_ rows: [NewRow]) -> Set<Int> {
        guard let identity = table.identity?.column, conflict.key.contains(identity) else {
            return []
        }
        return Set(rows.indices.filter { rows[$0].values[identity].isNull })
    }

    /// What a proposed row has in a column where it is written into a row that is there.
    private func value(of row: NewRow, _ column: Int, _ stamps: [Assignment]) -> Value {
        guard !stamps.isEmpty, !conflict.key.contains(column) else { return row.values[column] }
        return stamps.first { $0.column == column }?.value ?? row.values[column]
    }

    /// Writes a proposed row into one that is there.
    ///
    /// - Returns: the rowid that the row has then; nil when the database left the update out.
    func update(
        _ rowID: Int64, with row: NewRow, _ stamps: [Assignment], _ run: ProgramRun
    ) throws(WriteRefusal) -> Int64? {
        guard let update else { return rowID }
        let arguments = update.arguments(.integer(rowID)) { source in
            if case .column(let column) = source { value(of: row, column, stamps) } else { nil }
        }
        do throws(DatabaseError) {
            if mayMoveRow { return try run.integers(update, arguments).first }
            let count = try run.run(update, arguments)
            return count == 0 ? nil : rowID
        } catch {
            let assignments = conflict.changed.map { column in
                Assignment(column: column, value: value(of: row, column, stamps))
            }
            throw try ViolationProbe(
                run: run, choice: RowChoice(oneOf: table, as: Alias.old), rows: .integer(rowID)
            ).refusal(error, updating: assignments)
        }
    }
}
