import CrashTestSupport
import Glibc
import PostgresTestSupport
import PostgresWire
import TestSupport

/// Writes behind the back of Apus, in transactions that are long, undone and in each other's way.
struct SQLWriter {
    let number: Int
    let url: String
    let ledger: Ledger
    /// Whether a commit is durable before it is told.
    let isDurable: Bool
    var generator: SeededGenerator
    private var tokens: [String] = []
    private var written = 0

    init(_ number: Int, _ url: String, _ ledger: Ledger, seed: UInt64) {
        self.number = number
        self.url = url
        self.ledger = ledger
        isDurable = number % 4 != 3
        generator = SeededGenerator(seed: seed &* 1000 &+ 500 &+ UInt64(number))
    }

    private mutating func dice(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    /// Writes until all is over.
    mutating func run(_ isOver: () -> Bool) {
        while !isOver() {
            do {
                let client = try PostgresClient(url)
                try client.execute(
                    "SET deadlock_timeout = '15ms'; SET synchronous_commit = "
                        + (isDurable ? "on" : "off"))
                while !isOver() { try write(client) }
            } catch {
                usleep(10_000)
            }
        }
    }

    /// One transaction. Throws when the session is lost.
    private mutating func write(_ client: PostgresClient) throws {
        var fates: [String: Ledger.Fate] = [:]
        do {
            try client.execute("BEGIN")
            for _ in 0...dice(1...4) { try change(client, &fates) }
            if dice(0...7) == 0 {
                try client.execute("ROLLBACK")
                undo(fates)
                return
            }
        } catch {
            // Whatever it was, COMMIT was not sent.
            undo(fates)
            guard error is ServerError else { throw error }
            try client.execute("ROLLBACK")
            return
        }
        for token in fates.keys { tokens.removeAll { $0 == token } }
        ledger.doubt(fates.keys)
        try client.execute("COMMIT")
        // What was told before the disk had it may go with the server.
        guard isDurable else { return }
        ledger.note(fates)
        tokens += fates.filter { $0.value == .present }.map(\.key)
    }

    /// Nothing of a transaction is there: its new rows are not, and others still are.
    private func undo(_ fates: [String: Ledger.Fate]) {
        ledger.note(
            fates.mapValues { fate in
                switch fate {
                case .present: .absent
                case .absent: .present
                case .unknown: .unknown
                }
            }, isCommitted: false)
    }

    private mutating func change(
        _ client: PostgresClient, _ fates: inout [String: Ledger.Fate]
    ) throws {
        switch dice(0...9) {
        case 0...4:
            let id = dice(Tallies.shared)
            try client.execute("UPDATE tallies SET version = version + 1 WHERE id = \(id)")
        case 5...7:
            let token = "sql \(number) \(written)"
            written += 1
            fates[token] = .present
            try client.execute("INSERT INTO entries (token, version) VALUES ('\(token)', 1)")
        case 8:
            guard let token = tokens.randomElement(using: &generator) else { return }
            try client.execute(
                "UPDATE entries SET version = version + 1 WHERE token = '\(token)'")
        default:
            guard let token = tokens.randomElement(using: &generator), fates[token] == nil
            else { return }
            fates[token] = .absent
            try client.execute("DELETE FROM entries WHERE token = '\(token)'")
        }
        usleep(UInt32(dice(0...(dice(0...9) == 0 ? 60_000 : 4_000))))
    }
}
