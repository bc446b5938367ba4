public import Bytes
import Glibc
import TestSupport

/// Writes by REST. Nothing is sent again: what was not answered may have been done.
public struct RESTWriter {
    let number: Int
    let node: ServedNode
    let ledger: Ledger
    var generator: SeededGenerator
    /// The row that nobody else writes, and its version; nil while that is in doubt.
    private let tally: Int
    private var version: Int64?
    /// Whether a write may still be on its way to it.
    private var isHaunted = false
    /// Its rows that are there.
    private var tokens: [String] = []
    private var written = 0

    /// A writer with a number of its own, from 0, and a row of ``Tallies`` with it.
    public init(_ number: Int, _ node: ServedNode, _ ledger: Ledger, seed: UInt64) {
        self.number = number
        self.node = node
        self.ledger = ledger
        generator = SeededGenerator(seed: seed &* 1000 &+ UInt64(number))
        tally = Tallies.first(ofWriter: number)
        version = 1
    }

    /// Writes until all is over.
    public mutating func run(_ isOver: () -> Bool) {
        while !isOver() {
            guard let port = node.port, let client = try? HTTPClient(port: port, key: node.key)
            else {
                usleep(5_000)
                continue
            }
            do {
                while !isOver() { try write(client) }
            } catch {
                usleep(5_000)
            }
        }
    }

    private mutating func write(_ client: HTTPClient) throws {
        switch Int.random(in: 0...9, using: &generator) {
        case 0...4: try count(client)
        case 5...6: try insert(client, 1)
        case 7: try insert(client, 5)
        default: try delete(client)
        }
    }

    /// Sends a write; nil where nobody knows what came of it.
    private mutating func send(
        _ client: HTTPClient, _ method: String, _ target: String, _ body: String?
    ) throws -> HTTPAnswer? {
        let answer: HTTPAnswer
        do {
            answer = try client.send(
                method, "/rest/v1/\(target)", body, fields: [("Prefer", "return=representation")])
        } catch {
            ledger.note(status: 0)
            throw error
        }
        ledger.note(status: answer.status)
        if answer.status < 300 { return answer }
        if answer.status != 503 {
            ledger.note(fault: "\(method) \(target): \(answer.status) \(answer.text)")
        }
        usleep(20_000)
        return nil
    }

    // MARK: Rows that come and go

    private mutating func insert(_ client: HTTPClient, _ count: Int) throws {
        let fresh = (0..<count).map { "rest \(number) \(written + $0)" }
        written += count
        ledger.doubt(together: fresh)
        let rows = fresh.map { #"{"token":"\#($0)","version":1}"# }
        guard
            try send(client, "POST", "entries", "[\(rows.joined(separator: ","))]") != nil
        else { return }
        tokens += fresh
        ledger.note(Dictionary(uniqueKeysWithValues: fresh.map { ($0, .present) }))
    }

    private mutating func delete(_ client: HTTPClient) throws {
        guard let token = tokens.randomElement(using: &generator) else { return }
        tokens.removeAll { $0 == token }
        ledger.doubt([token])
        let target = "entries?token=eq.\(token.split(separator: " ").joined(separator: "%20"))"
        guard let answer = try send(client, "DELETE", target, nil) else { return }
        ledger.note([token: .absent])
        if try answer.json.rows.count != 1 { ledger.note(fault: "\(token) was not there") }
    }

    // MARK: The row that is counted up

    private mutating func count(_ client: HTTPClient) throws {
        guard let known = version else { return try look(client) }
        version = nil
        let wasHaunted = isHaunted
        isHaunted = true
        let answer = try send(
            client, "PATCH", "tallies?id=eq.\(tally)&version=eq.\(known)",
            #"{"version":\#(known + 1)}"#)
        guard let answer else { return }
        if try answer.json.rows.count == 1 {
            version = known + 1
            isHaunted = false
            ledger.note([:])
        } else if !wasHaunted {
            ledger.note(fault: "tally \(tally) is not of version \(known), which was answered")
        }
    }

    /// Reads what came of a write that was not answered.
    private mutating func look(_ client: HTTPClient) throws {
        let answer = try client.send("GET", "/rest/v1/tallies?id=eq.\(tally)")
        guard answer.status == 200 else {
            usleep(20_000)
            return
        }
        version = try answer.json.rows.first?["version"]?.integer
    }
}

extension JSON {
    /// The elements of an array.
    public var rows: [JSON] {
        if case .array(let rows) = self { rows } else { [] }
    }

    /// The number, of an integer.
    public var integer: Int64? {
        if case .integer(let integer) = self { integer } else { nil }
    }
}
