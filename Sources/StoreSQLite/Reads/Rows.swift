import Bytes
import SQLite
public import Store
public import Values

/// The rows of one query, one at a time. Valid inside the closure it was given to.
public struct Rows: ~Copyable {
    private var run: StatementRun
    private let interruption: DatabaseError
    private let connection: Connection
    /// The read of a loop that these are of; nil elsewhere.
    private let inline: InlineRead?

    init(
        _ run: consuming StatementRun, of connection: Connection, interruption: DatabaseError,
        in inline: InlineRead? = nil
    ) {
        self.run = run
        self.connection = connection
        self.interruption = interruption
        self.inline = inline
    }

    /// Advances to the next row.
    ///
    /// - Returns: false at the end.
    /// - Throws: `timeout` at the query's bound, or whatever the database reports.
    public mutating func next() throws(DatabaseError) -> Bool {
        if connection.isOverLimit { throw overrun() }
        do throws(SQLiteError) {
            return try run.step()
        } catch {
            if connection.isOverLimit { throw overrun() }
            throw DatabaseError(error, interruption: interruption)
        }
    }

    /// The bound is reached, or the answer too long for a loop: what is to be thrown.
    func overrun() -> DatabaseError {
        inline?.noteOverrun(of: run)
        return interruption
    }

    /// - Throws: `timeout` when the query's bound was reached in the middle of a row.
    func requireWholeRow() throws(DatabaseError) {
        if connection.isOverLimit { throw overrun() }
    }

    /// The number of columns.
    public var columnCount: Int { run.columnCount }

    /// A column's value.
    public func value(_ column: Int) -> Value { Value(run.cell(column)) }

    /// A column as an integer; NULL is 0.
    public func int64(_ column: Int) -> Int64 { run.cell(column).integer }

    /// The first column of the rows that are left.
    public mutating func integers() throws(DatabaseError) -> [Int64] {
        var integers: [Int64] = []
        while try next() { integers.append(int64(0)) }
        return integers
    }

    /// Whether a column is NULL.
    public func isNull(_ column: Int) -> Bool { run.cell(column).storageClass == .null }

    /// A column as text; NULL is empty.
    public func text(_ column: Int) -> String { run.cell(column).text }

    /// A column's bytes: of a blob, or the UTF-8 of text.
    public func bytes(_ column: Int) -> [UInt8] { run.cell(column).bytes }

    /// Appends a column in the wire form of `type`, straight from the database's memory.
    public func appendJSON(_ column: Int, as type: ColumnType, to out: inout [UInt8]) {
        type.appendJSON(cell: run.cell(column), to: &out)
    }

    /// Appends a column as `appendJSON` does, json without the members that are null.
    fileprivate func appendJSON(
        strippingNulls column: Int, as type: ColumnType, to out: inout [UInt8]
    ) {
        let cell = run.cell(column)
        if case .json = type, cell.storageClass == .text {
            cell.withBytes { out.append(strippingNulls: $0) }
        } else {
            type.appendJSON(cell: cell, to: &out)
        }
    }

    /// Counts encoded bytes against the query's bound: SQLite sees a few instructions for a row of
    /// any size. False when that is reached.
    @discardableResult
    func charge(_ byteCount: Int) -> Bool {
        connection.charge(byteCount)
        return !connection.isOverLimit
    }
}

extension RowLayout {
    /// Appends columns 0, 1, … of the current row as a JSON object. Its bytes count against the
    /// query's bound: what is appended ends in the middle when that is reached, and `next` throws.
    @inline(__always)
    public func appendObject(_ rows: borrowing Rows, to out: inout [UInt8]) {
        var charged = out.count
        for index in members.indices {
            appendKey(index, to: &out)
            rows.appendJSON(index, as: members[index].type, to: &out)
            if out.count - charged > DatabaseLimits.partBytes {
                guard rows.charge(out.count - charged) else { return }
                charged = out.count
            }
        }
        appendEnd(to: &out)
        rows.charge(out.count - charged)
    }
}

extension RowLayout {
    /// Appends the current row as `appendObject` does, without the members that are null, at every
    /// depth.
    public func appendObject(strippingNulls rows: borrowing Rows, to out: inout [UInt8]) {
        let before = out.count
        var charged = before
        for index in members.indices {
            appendMember(strippingNull: index, ofObjectAt: before, to: &out) { out in
                rows.appendJSON(strippingNulls: index, as: members[index].type, to: &out)
            }
            if out.count - charged > DatabaseLimits.partBytes {
                guard rows.charge(out.count - charged) else { return }
                charged = out.count
            }
        }
        appendEnd(ofObjectAt: before, to: &out)
        rows.charge(out.count - charged)
    }
}

extension ColumnType {
    /// Appends what a cell holds, in this type's wire form.
    func appendJSON(cell: some Cell, to out: inout [UInt8]) {
        switch cell.storageClass {
        case .null: out.append(ascii: "null")
        case .integer: appendJSON(integer: cell.integer, to: &out)
        case .real: appendJSON(real: cell.real, to: &out)
        case .text: cell.withBytes { appendJSON(text: $0, to: &out) }
        case .blob: cell.withBytes { appendJSON(blob: $0, to: &out) }
        }
    }
}

extension Value {
    /// The value of a cell.
    init(_ cell: some Cell) {
        switch cell.storageClass {
        case .null: self = .null
        case .integer: self = .integer(cell.integer)
        case .real: self = .real(cell.real)
        case .text: self = .text(cell.text)
        case .blob: self = .blob(cell.bytes)
        }
    }
}
