import SQLite
import Store
import Values

/// Looks up which proposed rows are there already, and judges those that are: a set of rows at a
/// time, by one statement.
struct ConflictLookup: Sendable {
    /// A row that is there.
    struct Match {
        /// The place of the proposed row.
        let row: Int
        let rowID: Int64
        /// What it fails: nil, ``hidden``, or the number of a check.
        let failure: Int?
    }

    /// The failure of a row that is hidden.
    static let hidden = -1

    /// Rows that one statement looks for. More would save little: a statement costs what some ten
    /// searches cost.
    private static let rowsMax = 64
    /// Arguments of one statement; SQLite takes 32,766.
    private static let argumentsMax = 16_384

    private let columns: [Int]
    /// The rows that ``many`` looks for.
    private let rowsMax: Int
    private let one: String
    private let many: String

    /// A lookup of the rows with the values of a key.
    init(_ conflict: InsertProgram.Conflict, of table: Table) {
        // What is judged looks at some of the values that the row would get.
        let judged =
            conflict.resolution == .ignore
            ? []
            : conflict.using.map { (Self.hidden, $0) }
                + conflict.checks.enumerated().map { ($0, $1) }
        let read = ProgramStatement { writer in
            RowChoice(oneOf: table, as: Alias.old).define(conflict.changed, in: &writer)
            writer.append(failureOf: judged)
        }.columns
        columns = conflict.key + read
        func text(_ rowCount: Int) -> String {
            ProgramStatement { writer in
                writer.appendLookup(
                    of: conflict.key, reading: read, rowCount, in: table, judging: judged)
            }.text
        }
        rowsMax = max(1, min(Self.rowsMax, Self.argumentsMax / columns.count))
        one = text(1)
        many = text(rowsMax)
    }

    /// The rows that are there, in the order of the proposed ones.
    ///
    /// - Parameters:
    ///   - places: The proposed rows to be looked for.
    ///   - value: What a proposed row has in a column.
    func find(
        _ places: [Int], _ run: ProgramRun, _ value: (_ row: Int, _ column: Int) -> Value
    ) throws(WriteRefusal) -> [Match] {
        var matches: [Match] = []
        var rest = places[...]
        while !rest.isEmpty {
            let set = rest.prefix(rowsMax)
            rest = rest.dropFirst(rowsMax)
            let isOne = set.count == 1
            var arguments: [Value] = []
            arguments.reserveCapacity(columns.count * (isOne ? 1 : rowsMax))
            for row in set {
                for column in columns { arguments.append(value(row, column)) }
            }
            if !isOne {
                // No key is null: those that are left over find nothing.
                let missing = columns.count * (rowsMax - set.count)
                arguments += [Value](repeating: .null, count: missing)
            }
            try run.append(isOne ? one : many, arguments, of: set, to: &matches)
        }
        return matches
    }
}

extension ProgramRun {
    fileprivate func append(
        _ text: String, _ arguments: [Value], of set: ArraySlice<Int>,
        to matches: inout [ConflictLookup.Match]
    ) throws(WriteRefusal) {
        matches += try refused { () throws(DatabaseError) in
            try transaction.query(text: text, arguments: arguments, context) {
                (rows) throws(DatabaseError) in
                var found: [ConflictLookup.Match] = []
                while try rows.next() {
                    found.append(
                        ConflictLookup.Match(
                            row: set[set.startIndex + Int(rows.int64(0))], rowID: rows.int64(1),
                            failure: rows.isNull(2) ? nil : Int(rows.int64(2))))
                }
                return found
            }
        }
    }
}

extension ProgramWriter {
    /// `SELECT` the number, the rowid and the failure of each row that is there, of so many whose
    /// values are arguments: those of the key, then those read.
    fileprivate mutating func appendLookup(
        of key: [Int], reading read: [Int], _ rowCount: Int, in table: Table,
        judging judged: [(number: Int, condition: ValueExpression)]
    ) {
        sql.define(row: Alias.new) { column in
            if let place = table.place(of: column), let index = read.firstIndex(of: place) {
                return Self.proposed(key.count + index, column.type)
            }
            return .column(column.name, of: Alias.old, type: column.type)
        }
        append("SELECT ")
        sql.append(Self.proposed(-1, .integer))
        append(", ")
        append(rowIDOf: Alias.old)
        append(", ")
        if judged.isEmpty { append("NULL") } else { append(failureOf: judged) }
        append(" FROM (VALUES ")
        for number in 0..<rowCount {
            append(number == 0 ? "(\(number)" : ", (\(number)")
            for column in key + read {
                append(", ")
                sql.append(.init(.null, table.columns[column].type))
            }
            append(")")
        }
        append(") AS ")
        append(identifier: Self.keys)
        append(" CROSS JOIN ")
        append(table.name, as: Alias.old)
        append(" ON ")
        append(
            table.columns(key, of: Alias.old),
            equal: key.enumerated().map { Self.proposed($0, table.columns[$1].type) })
    }

    /// A value of a proposed row; the one before the first is its number.
    private static func proposed(_ index: Int, _ type: ColumnType) -> ValueExpression {
        .column("column\(index + 2)", of: keys, type: type)
    }
}
