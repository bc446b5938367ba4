import Bytes
import Diagnostics
import SQLite

extension SQLFunctions {
    /// Makes the functions known to a connection.
    static func define(on connection: Connection) throws(SQLiteError) {
        try defineJSON(on: connection)
        try defineText(on: connection)
        try defineLike("apus_like", ignoresCase: false, on: connection)
        try defineLike("apus_ilike", ignoresCase: true, on: connection)
    }

    private static func defineText(on connection: Connection) throws(SQLiteError) {
        try define("apus_lower", on: connection, map: lower)
        try define("apus_upper", on: connection, map: upper)
        try connection.define("apus_length", argumentCount: 1, .deterministic) { call in
            if call[0].storageClass == .null { return call.answerNull() }
            call.answer(call[0].withBytes { length(utf8: $0) })
        }
    }

    private static func define(
        _ name: String, on connection: Connection, map: @escaping (String) -> String
    ) throws(SQLiteError) {
        try connection.define(name, argumentCount: 1, .deterministic) { call in
            if call[0].storageClass == .null { return call.answerNull() }
            call.answer(map(call[0].text))
        }
    }

    private static func defineLike(
        _ name: String, ignoresCase: Bool, on connection: Connection
    ) throws(SQLiteError) {
        try connection.define(name, argumentCount: 2, .deterministic) { call in
            if call[0].storageClass == .null || call[1].storageClass == .null {
                return call.answerNull()
            }
            let pattern: LikePattern
            if let kept = call.kept(at: 1, as: KeptPattern.self) {
                pattern = kept.pattern
            } else {
                do throws(Problem) {
                    pattern = try LikePattern(call[1].text, ignoresCase: ignoresCase)
                } catch {
                    return call.fail(error.message)
                }
                call.keep(KeptPattern(pattern), at: 1)
            }
            let verdict = call[0].withBytes { text in
                pattern.matches(utf8: text) { call.charge($0) }
            }
            if let verdict { call.answer(verdict ? 1 : 0 as Int64) }
        }
    }

    private static func defineJSON(on connection: Connection) throws(SQLiteError) {
        let encoder = ObjectEncoder()
        try connection.define("apus_object", argumentCount: -1, .deterministic) { call in
            encoder.encode(call)
        }
        try connection.define("apus_merge", argumentCount: -1, .deterministic) { call in
            encoder.merge(call)
        }
        try connection.defineAggregate("apus_array", argumentCount: 1) { [unowned connection] in
            ArrayState(connection)
        }
        try defineGet("apus_json_get", on: connection, byKey: jsonGet, byIndex: jsonGet)
        try defineGet("apus_json_text", on: connection, byKey: jsonText, byIndex: jsonText)
        try define("apus_json_key", on: connection, map: String.init(jsonKey:))
    }

    private static func defineGet(
        _ name: String, on connection: Connection,
        byKey: @escaping (String, _ key: String) -> String?,
        byIndex: @escaping (String, _ index: Int64) -> String?
    ) throws(SQLiteError) {
        try connection.define(name, argumentCount: 2, .deterministic) { call in
            if call[0].storageClass == .null { return call.answerNull() }
            let found: String? =
                switch call[1].storageClass {
                case .integer: byIndex(call[0].text, call[1].integer)
                case .text: byKey(call[0].text, call[1].text)
                case .null, .real, .blob: nil
                }
            if let found { call.answer(found) } else { call.answerNull() }
        }
    }
}

/// A pattern kept with the statement that uses it.
private final class KeptPattern {
    let pattern: LikePattern
    init(_ pattern: LikePattern) { self.pattern = pattern }
}

/// A layout kept with the statement that uses it.
private final class KeptLayout {
    let layout: RowLayout
    init(_ layout: RowLayout) { self.layout = layout }
}

/// `apus_object(layout, v1, v2, …)` and `apus_merge(object, object, …)`.
private final class ObjectEncoder {
    /// Reused from call to call: a connection runs one function at a time, and results are copied.
    private var buffer: [UInt8] = []

    /// Encodes the values by the types of the layout, exactly as rows are encoded.
    func encode(_ call: FunctionCall) {
        guard let layout = layout(call) else {
            return call.fail("apus_object: the first argument is not a layout")
        }
        guard call.count - 1 == layout.members.count else {
            return call.fail(
                "apus_object: \(layout.members.count) values expected, \(call.count - 1) given")
        }
        buffer.removeAll(keepingCapacity: true)
        for (index, member) in layout.members.enumerated() {
            buffer.append(contentsOf: layout.prefixes[index])
            member.type.appendJSON(cell: call[index + 1], to: &buffer)
        }
        layout.appendEnd(to: &buffer)
        call.answer(json: buffer)
    }

    /// Joins objects by their text: `{a}` and `{b}` become `{a,b}`. NULL and empty ones are
    /// skipped.
    func merge(_ call: FunctionCall) {
        buffer.removeAll(keepingCapacity: true)
        buffer.append(ASCII.leftBrace)
        for index in 0..<call.count where call[index].storageClass == .text {
            call[index].withBytes { object in
                guard object.count > 2 else { return }
                if buffer.count > 1 { buffer.append(ASCII.comma) }
                buffer.append(span: object.extracting(1..<(object.count - 1)))
            }
        }
        buffer.append(ASCII.rightBrace)
        call.answer(json: buffer)
    }

    private func layout(_ call: FunctionCall) -> RowLayout? {
        guard call.count > 0 else { return nil }
        if let kept = call.kept(at: 0, as: KeptLayout.self) { return kept.layout }
        guard let layout = RowLayout(functionArgument: call[0].bytes) else { return nil }
        call.keep(KeptLayout(layout), at: 0)
        return layout
    }
}

/// `apus_array(json)`: the JSON texts of a group as an array; NULL becomes null, no rows `[]`.
///
/// Embeds beside and in one another multiply, so all arrays of a statement are counted together.
private final class ArrayState: AggregateState {
    private var buffer: [UInt8] = [ASCII.leftBracket]
    private unowned let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func add(_ call: FunctionCall) {
        let start = buffer.count
        append(call)
        connection.producedBytes += buffer.count - start
        if connection.producedBytes > DatabaseLimits.answerBytesMax { call.failTooBig() }
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
