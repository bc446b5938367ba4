import Bytes
import Diagnostics
import SQLite
import Store

/// The functions that ours of SQLite are made of: `apus_lower` and so on; NULL in gives NULL out.
enum SQLFunctions {
    /// Makes the functions known to a connection.
    static func define(on connection: Connection) throws(SQLiteError) {
        try defineJSON(on: connection)
        try defineText(on: connection)
        try defineLike("apus_like", ignoresCase: false, on: connection)
        try defineLike("apus_ilike", ignoresCase: true, on: connection)
    }

    private static func defineText(on connection: Connection) throws(SQLiteError) {
        try define("apus_uuid", on: connection, map: TextFunctions.uuid)
        try define("apus_lower", on: connection, map: TextFunctions.lower)
        try define("apus_upper", on: connection, map: TextFunctions.upper)
        try connection.define("apus_bytes", argumentCount: 1) { call in
            guard let bytes = Hex.decode(call[0].bytes), call[0].storageClass == .text else {
                return call.answerNull()
            }
            call.answer(blob: bytes)
        }
        try connection.define("apus_length", argumentCount: 1) { call in
            if call[0].storageClass == .null { return call.answerNull() }
            call.answer(call[0].withBytes { TextFunctions.length(utf8: $0) })
        }
    }

    private static func define(
        _ name: String, on connection: Connection, map: @escaping (String) -> String?
    ) throws(SQLiteError) {
        try connection.define(name, argumentCount: 1) { call in
            if call[0].storageClass == .null { return call.answerNull() }
            if let text = map(call[0].text) { call.answer(text) } else { call.answerNull() }
        }
    }

    private static func defineLike(
        _ name: String, ignoresCase: Bool, on connection: Connection
    ) throws(SQLiteError) {
        try connection.define(name, argumentCount: 2) { call in
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
        try connection.define("apus_object", argumentCount: -1) { call in
            encoder.encode(call)
        }
        try connection.define("apus_merge", argumentCount: -1) { call in
            encoder.merge(call)
        }
        try connection.defineAggregate("apus_array", argumentCount: 1) { [unowned connection] in
            ArrayState(connection)
        }
        try defineGet(
            "apus_json_get", on: connection, byKey: TextFunctions.jsonGet,
            byIndex: TextFunctions.jsonGet)
        try defineGet(
            "apus_json_text", on: connection, byKey: TextFunctions.jsonText,
            byIndex: TextFunctions.jsonText)
        try define("apus_json_key", on: connection, map: String.init(jsonKey:))
    }

    private static func defineGet(
        _ name: String, on connection: Connection,
        byKey: @escaping (String, _ key: String) -> String?,
        byIndex: @escaping (String, _ index: Int64) -> String?
    ) throws(SQLiteError) {
        try connection.define(name, argumentCount: 2) { call in
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
