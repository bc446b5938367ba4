import Bytes
import TestSupport

@testable import PostgresWire

/// A server that keeps to the protocol's rules and otherwise does what chance says: statements
/// fail, plans go out of date, a pooler swaps servers. It finds out a client that breaks the rules.
struct ModelServer {
    enum Step: Hashable {
        /// A statement ran with this value.
        case ran(Int32)
        case failed
    }

    /// What a client did against the rules.
    private(set) var faults: [String] = []
    /// What each Sync ended: the values that ran and were kept.
    private(set) var kept: [[Int32]] = []
    /// Statements by name, on each of the servers behind the pooler.
    private var statements: [[[UInt8]: String]]
    private var server = 0
    private var bound: (sql: String, value: Int32)?
    private var ran: [Int32] = []
    private var isSkipping = false
    private var generator: SeededGenerator
    private let troubles: Int
    private var input: [UInt8] = []
    private var rest: ArraySlice<UInt8> = []

    /// - Parameters:
    ///   - servers: more than one for a pooler in transaction mode.
    ///   - troubles: of a hundred messages, how many fail.
    init(seed: UInt64, servers: Int, troubles: Int) {
        generator = SeededGenerator(seed: seed)
        statements = Array(repeating: [:], count: servers)
        self.troubles = troubles
    }

    private mutating func isInTrouble() -> Bool {
        Int.random(in: 0..<100, using: &generator) < troubles
    }

    /// Answers all that a client says.
    mutating func answer(_ bytes: [UInt8]) -> [UInt8] {
        var answer: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let end = index + 1 + Int(bytes.span.bigEndian(at: index + 1, as: Int32.self))
            rest = bytes[(index + 5)..<end]
            let type = bytes[index]
            index = end
            if isSkipping, type != 0x53 { continue }
            answer += take(type)
        }
        return answer
    }

    private mutating func take(_ type: UInt8) -> [UInt8] {
        switch type {
        case 0x50: return parse()
        case 0x43: return close()
        case 0x42: return bind()
        case 0x44: return Backend.columns(["a"], type: .int4)
        case 0x45: return execute()
        case 0x53: return sync()
        default:
            faults.append("message \(type)")
            return []
        }
    }

    private mutating func fail(_ code: String) -> [UInt8] {
        isSkipping = true
        ran = []
        return Backend.error(code)
    }

    private mutating func string() -> [UInt8] {
        let text = Array(rest.prefix { $0 != 0 })
        rest = rest.dropFirst(text.count + 1)
        return text
    }

    private mutating func parse() -> [UInt8] {
        let name = string()
        let sql = String(utf8: string())
        if isInTrouble() { return fail("42601") }
        if !name.isEmpty, statements[server][name] != nil {
            if statements.count == 1 { faults.append("a name is given twice") }
            return fail("42P05")
        }
        statements[server][name] = sql
        return Backend.parsed
    }

    private mutating func close() -> [UInt8] {
        if rest.first != 0x53 { faults.append("a portal is closed") }
        rest = rest.dropFirst()
        statements[server][string()] = nil
        return Backend.closed
    }

    private mutating func bind() -> [UInt8] {
        _ = string()
        let name = string()
        guard let sql = statements[server][name] else {
            if statements.count == 1 { faults.append("an unknown name is bound") }
            return fail("26000")
        }
        let value = Array(rest.dropFirst(2 + 2 + 2 + 4).prefix(4))
        bound = (sql, value.span.bigEndian(at: 0, as: Int32.self))
        if isInTrouble() { return fail(name.isEmpty ? "22P02" : "0A000") }
        return Backend.bound
    }

    private mutating func execute() -> [UInt8] {
        guard let bound else {
            faults.append("nothing is bound")
            return fail("34000")
        }
        // Every statement says which values are its own.
        if !bound.sql.hasSuffix(" \(bound.value % 10)") {
            faults.append("\(bound.value) runs as \(bound.sql)")
        }
        if isInTrouble() { return fail("22012") }
        ran.append(bound.value)
        return Backend.complete("INSERT 0 1")
    }

    private mutating func sync() -> [UInt8] {
        let code = !isSkipping && isInTrouble() ? fail("23503") : []
        isSkipping = false
        kept.append(ran)
        ran = []
        // The unnamed statement and portal do not outlive the server's change.
        statements[server][[]] = nil
        bound = nil
        server = Int.random(in: statements.indices, using: &generator)
        return code + Backend.idle
    }
}
