import Bytes
import Diagnostics
import SQLite
import Store
import Values

/// The functions that ours of SQLite are made of: `apus_lower` and so on; NULL in gives NULL out.
enum SQLFunctions {
    /// Makes the functions known to a connection.
    static func define(on connection: Connection) throws(SQLiteError) {
        try defineJSON(on: connection)
        try defineText(on: connection)
        try defineArithmetic(on: connection)
        try defineLike("apus_like", ignoresCase: false, on: connection)
        try defineLike("apus_ilike", ignoresCase: true, on: connection)
    }

    private static func defineText(on connection: Connection) throws(SQLiteError) {
        try define("apus_uuid", on: connection) { TextFunctions.uuid($0) }
        try define("apus_lower", on: connection, perByte: .caseMapping, TextFunctions.lower)
        try define("apus_upper", on: connection, perByte: .caseMapping, TextFunctions.upper)
        try connection.define("apus_bytes", argumentCount: 1) { call in
            guard let bytes = Hex.decode(call[0].bytes), call[0].storageClass == .text else {
                return call.answerNull()
            }
            call.answer(blob: bytes)
        }
        try connection.define("apus_length", argumentCount: 1) { call in
            if call[0].storageClass == .null { return call.answerNull() }
            call[0].withBytes { text in
                guard call.charge(text.count) else { return }
                call.answer(TextFunctions.length(utf8: text))
            }
        }
        try connection.define("apus_trim", argumentCount: 1) { call in
            if call[0].storageClass == .null { return call.answerNull() }
            call[0].withBytes { text in
                guard call.charge(text.count) else { return }
                call.answer(text: text.extracting(text.rangeWithoutSpaces))
            }
        }
    }

    /// - Parameter cost: Nanoseconds for each byte of the argument.
    private static func define(
        _ name: String, on connection: Connection, perByte cost: FunctionCost = .copy,
        _ map: @escaping (String) -> String?
    ) throws(SQLiteError) {
        try connection.define(name, argumentCount: 1) { call in
            if call[0].storageClass == .null { return call.answerNull() }
            guard call.charge(call[0].withBytes { cost.nanoseconds(for: $0) }) else { return }
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
        try defineMember("apus_json_get", on: connection, TextFunctions.json)
        try defineMember("apus_json_text", on: connection, TextFunctions.text)
        try define("apus_json_key", on: connection, perByte: .json) { String(jsonKey: $0) }
    }

    /// A function that finds a member of an object by its key, or an element of an array by its
    /// place. Documents are kept parsed for the other calls of the query: a request may hold a
    /// thousand tests of one column.
    private static func defineMember(
        _ name: String, on connection: Connection, _ form: @escaping (JSONValue) -> String?
    ) throws(SQLiteError) {
        try connection.define(name, argumentCount: 2) { [unowned connection] call in
            guard call[0].storageClass != .null else { return call.answerNull() }
            let parsed = Self.parsedDocuments(of: connection)
            switch call[0].withBytes({ parsed.root(of: $0, charge: call.charge) }) {
            case .stopped: return
            case .invalid: call.answerNull()
            case .value(let root): answer(call, of: root, form)
            }
        }
    }

    /// The documents that the connection's query has parsed so far.
    private static func parsedDocuments(of connection: Connection) -> ParsedDocuments {
        if let kept = connection.scratch as? ParsedDocuments { return kept }
        let parsed = ParsedDocuments()
        connection.scratch = parsed
        return parsed
    }

    private static func answer(
        _ call: FunctionCall, of root: JSONValue, _ form: (JSONValue) -> String?
    ) {
        guard call.charge(root.count * FunctionCost.nanosecondsPerMember) else { return }
        guard let found = TextFunctions.member(of: root, at: Value(call[1])) else {
            return call.answerNull()
        }
        guard call.charge(found.raw.count) else { return }
        if let text = form(found) { call.answer(text) } else { call.answerNull() }
    }
}

/// A pattern kept with the statement that uses it.
private final class KeptPattern {
    let pattern: LikePattern
    init(_ pattern: LikePattern) { self.pattern = pattern }
}
