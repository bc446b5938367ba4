import PostgresWire
import Store
import Values

/// Takes the rows of a program's statement as they come. Confined to the loop.
final class ProgramReader {
    private let answer: ProgramAnswer
    private var result = WriteResult(affected: 0)
    private var body: RowsBody?
    private var fault: FormatFault?

    init(_ answer: ProgramAnswer) {
        self.answer = answer
        body = answer.returning.representation.map { RowsBody($0.layout, $0.form) }
    }

    /// Forgets what an attempt has brought.
    func reset() {
        result = WriteResult(affected: 0)
        body?.restart()
        fault = nil
    }

    /// Bytes that have been made of the rows.
    var madeBytes: Int { body?.bytes.count ?? 0 }

    /// What all rows together say.
    ///
    /// - Throws: columns that are not those of the model, a value that we cannot hold.
    func finish() throws(DatabaseError) -> WriteResult {
        if let fault = answer.fault { throw fault }
        if let fault {
            throw .unexpected("a row holds what is no value of its column: \(fault)")
        }
        body?.end()
        result.body = body?.bytes
        return result
    }

    func take(_ row: DataRow) {
        guard fault == nil else { return }
        do throws(FormatFault) { try read(row) } catch { fault = error }
    }

    private func read(_ row: DataRow) throws(FormatFault) {
        var row = row
        result.affected = try Self.count(&row)
        result.inserted = try Self.count(&row)
        if !answer.keyTypes.isEmpty { try readKey(&row) }
        guard body != nil, let isRow = row.next(), try Binary.bool(isRow) else { return }
        try body?.append(row)
    }

    @_lifetime(row: copy row)
    private static func count(_ row: inout DataRow) throws(FormatFault) -> Int {
        guard let field = row.next() else { return 0 }
        return Int(try Binary.int8(field))
    }

    /// The key is NULL where its row may not be seen.
    @_lifetime(row: copy row)
    private func readKey(_ row: inout DataRow) throws(FormatFault) {
        var key: [Value] = []
        for type in answer.keyTypes { key.append(try Value(row.next(), as: type)) }
        result.key = result.affected == 1 && !key.contains(.null) ? key : nil
    }
}
