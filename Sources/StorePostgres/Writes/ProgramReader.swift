import Bytes
import PostgresWire
import Store
import Values

/// Takes the rows of a program's statement as they come. Confined to the loop.
final class ProgramReader {
    private let answer: ProgramAnswer
    private var result = WriteResult(affected: 0)
    private var body: [UInt8] = []
    private var rowCount = 0
    private var fault: FormatFault?

    init(_ answer: ProgramAnswer) { self.answer = answer }

    /// Forgets what an attempt has brought.
    func reset() {
        result = WriteResult(affected: 0)
        body = []
        rowCount = 0
        fault = nil
    }

    /// What all rows together say.
    ///
    /// - Throws: a value that we cannot hold.
    func finish() throws(FormatFault) -> WriteResult {
        if let fault { throw fault }
        guard let representation = answer.returning.representation else { return result }
        if !representation.form.isObject {
            if rowCount == 0 { body.append(ASCII.leftBracket) }
            body.append(ASCII.rightBracket)
        }
        result.body = body
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
        if answer.key != nil { try readKey(&row) }
        guard let representation = answer.returning.representation,
            let isRow = row.next(), try Binary.bool(isRow)
        else { return }
        let form = representation.form
        rowCount += 1
        if form.isObject {
            if rowCount > 1 { return }
        } else {
            body.append(rowCount == 1 ? ASCII.leftBracket : ASCII.comma)
        }
        if form.stripsNulls {
            try representation.layout.appendObject(strippingNulls: &row, to: &body)
        } else {
            try representation.layout.appendObject(&row, to: &body)
        }
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
