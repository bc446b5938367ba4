import Store
import Values

/// What reads back the rows of a write.
struct ReturningStatements: Sendable {
    private let returning: Returning
    private let representation: RepresentationStatements?

    init(_ returning: Returning, _ use: StatementUse) {
        self.returning = returning
        representation = returning.representation.map { RepresentationStatements($0, use) }
    }

    /// Whether rows are read back.
    var readsRows: Bool { representation != nil }

    /// The operands of the request among the arguments.
    var slots: [ArgumentSlot] { representation?.one.sql.slots ?? [] }

    /// Refuses a number of rows.
    func require(_ count: Int) throws(WriteRefusal) { try returning.require(count) }

    /// The rows with these rowids as the body of an answer; nil if nobody asks.
    func body(of rowIDs: [Int64], _ run: ProgramRun) throws(WriteRefusal) -> [UInt8]? {
        try representation?.body(of: rowIDs, run)
    }
}

private struct RepresentationStatements: Sendable {
    let representation: Returning.Representation
    /// Reads the row with a rowid.
    let one: ProgramStatement
    /// Reads the rows of a list.
    let many: ProgramStatement
    /// Counts those that the caller may see; nil where that is told by how many are read.
    let visible: ProgramStatement?

    init(_ representation: Returning.Representation, _ use: StatementUse) {
        self.representation = representation
        let select = representation.select
        let alias = representation.alias
        // Most of a new shape's cost: written once for both.
        var columns = ProgramWriter()
        columns.append("SELECT ")
        columns.append(list: select.columns.map(\.value))
        one = ProgramStatement(use, after: columns) { writer in
            writer.append(" FROM ")
            if let source = select.sources.first { writer.sql.append(source) }
            writer.appendWhere(select.conditions.filter { $0 != .yes })
            writer.append(" AND ")
            writer.append(rowIDOf: alias)
            writer.append(" = ")
            writer.appendRows()
        }
        many = ProgramStatement(use, after: columns) { $0.appendRows(of: select, as: alias) }
        guard let rule = representation.rule, representation.leavesOutRows else {
            visible = nil
            return
        }
        visible = ProgramStatement(use) { writer in
            writer.append("SELECT count(*)")
            writer.appendSource(ofRowsIn: select.tableName, as: alias)
            writer.appendWhere([rule])
        }
    }

    /// As in PostgreSQL, a write whose own row its caller may not read fails.
    func body(of rowIDs: [Int64], _ run: ProgramRun) throws(WriteRefusal) -> [UInt8] {
        let list = rowIDs.count == 1 ? nil : Value(rowIDs: rowIDs)
        if let visible, !rowIDs.isEmpty {
            let arguments = run.arguments(visible, list ?? Value(rowIDs: rowIDs))
            let found = try run.first(visible, arguments, count: 1)
            guard found == [.integer(Int64(rowIDs.count))] else { throw .invisibleRow }
        }
        let (body, count) =
            if let list { try read(many, list, run) } else {
                try read(one, .integer(rowIDs[0]), run)
            }
        if visible == nil, representation.rule != nil, count != rowIDs.count {
            throw .invisibleRow
        }
        return body
    }

    private func read(
        _ statement: ProgramStatement, _ rows: Value, _ run: ProgramRun
    ) throws(WriteRefusal) -> (body: [UInt8], count: Int) {
        let arguments = run.arguments(statement, rows)
        return try refused { () throws(DatabaseError) in
            try run.transaction.answer(
                text: statement.text, arguments: arguments, run.context, use: statement.sql.use
            ) { (rows, memory) throws(DatabaseError) in
                var encoder = RowEncoder(representation.layout, representation.form)
                var body: [UInt8] = []
                try encoder.append(&rows, to: &body, within: memory)
                return (body, encoder.rowCount)
            }
        }
    }
}

extension ProgramWriter {
    /// Behind the columns, the rows of a list, in that order unless the query has one.
    fileprivate mutating func appendRows(of select: SelectStatement, as alias: String) {
        appendSource(ofRowsIn: select.tableName, as: alias)
        appendWhere(select.conditions.filter { $0 != .yes })
        if select.order.isEmpty {
            append(" ORDER BY \(Self.keys).key")
        } else {
            sql.appendTail(of: SelectStatement([], from: [], order: select.order))
        }
    }
}

extension SelectStatement {
    /// The table that its rows are of.
    fileprivate var tableName: String {
        if case .table(let name)? = sources.first?.table { name } else { "" }
    }
}
