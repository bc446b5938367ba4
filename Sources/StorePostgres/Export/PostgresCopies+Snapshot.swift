public import Diagnostics
import PostgresWire
public import Store
import Values

extension PostgresCopies: TableSnapshot {
    /// See ``Store/TableSnapshot/rows(of:_:)``: by COPY in its binary form, whose fields are those
    /// of answers.
    public func rows(
        of table: Table, _ take: @escaping (WireRow) throws(Problem) -> Void
    ) throws(Problem) {
        let target = SnapshotRows(table, take)
        do throws(Problem) {
            let rows = PostgresDialect().text(of: table.everything).text
            _ = try copyOut("COPY (\(rows)) TO STDOUT (FORMAT binary)") { target.take($0) }
        } catch {
            throw target.problem ?? .unreadable(table.name, error.cause ?? error.message)
        }
        if let problem = target.problem { throw problem }
    }
}

/// Takes the pieces of a COPY as rows. Used on the loop while the thread waits.
private final class SnapshotRows {
    private let table: Table
    private let taker: (WireRow) throws(Problem) -> Void
    private var reader = BinaryCopyReader()
    private var row = WireRow()
    /// Why it takes no more.
    private(set) var problem: Problem?

    init(_ table: Table, _ taker: @escaping (WireRow) throws(Problem) -> Void) {
        self.table = table
        self.taker = taker
    }

    /// Takes a piece; whether more is wanted.
    func take(_ piece: Span<UInt8>) -> Bool {
        do throws(Problem) {
            if try read(piece) { try taker(row) }
            return true
        } catch {
            problem = error
            return false
        }
    }

    /// Reads the row of a piece; false for the piece that ends them.
    private func read(_ piece: Span<UInt8>) throws(Problem) -> Bool {
        do {
            guard var fields = try reader.row(in: piece) else { return false }
            row.removeAll()
            for column in table.shown {
                let field = fields.next()
                try row.append { (bytes) throws(FormatFault) in
                    try column.type.appendJSON(field: field, to: &bytes)
                }
            }
            return true
        } catch {
            throw .unreadable(table.name, "a row holds what is no value of its column (\(error))")
        }
    }
}
