import Bytes
import SQLite
import Store

/// `apus_array(json)`: the JSON texts of a group as an array; NULL becomes null, no rows `[]`.
///
/// Embeds beside and in one another multiply, so all arrays of a statement are counted together.
final class ArrayState: AggregateState {
    private var buffer: [UInt8] = [ASCII.leftBracket]
    private unowned let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func add(_ call: FunctionCall) {
        let start = buffer.count
        append(call)
        connection.charge(buffer.count - start)
        connection.producedBytes += buffer.count - start
        if !connection.isWithinProduced { call.failTooBig() }
    }

    private func append(_ call: FunctionCall) {
        if buffer.count > 1 { buffer.append(ASCII.comma) }
        if call[0].storageClass == .null {
            buffer.append(ascii: "null")
        } else {
            call[0].withBytes { buffer.append(span: $0) }
        }
    }

    func finish(_ call: FunctionCall) {
        buffer.append(ASCII.rightBracket)
        call.answer(json: buffer)
    }
}

extension Connection {
    /// Bounds the arrays of statements for which no memory is taken: those that are made on a loop,
    /// whose time is short, and the server's own.
    func boundArrays() {
        boundProduced(at: DatabaseLimits.arrayBytesMax) { _ in false }
    }
}
