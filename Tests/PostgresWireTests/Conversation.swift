import Bytes
import Synchronization

@testable import PostgresWire

/// The other end of a conversation: a server, or the recording of one.
protocol Peer: AnyObject {
    func send(_ bytes: [UInt8])
    /// What comes next; nothing at the end.
    func receive() -> [UInt8]
    /// Sends a packet over a connection of its own and waits for that to end.
    func sendApart(_ packet: [UInt8])
}

/// The session has ended before what was waited for.
struct ConversationOver: Error {}

/// A session that talks to a peer, and what it was told.
final class Conversation {
    var session: PostgresSession
    private let peer: any Peer
    /// Every event in words, but for settings.
    private(set) var told: [String] = []
    /// The values of the last row.
    private(set) var lastRow: [[UInt8]?] = []

    /// The slow step gives the same keys each time a recording is played.
    private static let keys = Mutex<[SCRAMDerivation: SCRAMKeys]>([:])

    init(_ configuration: SessionConfiguration, with peer: any Peer) {
        session = PostgresSession(configuration)
        self.peer = peer
    }

    /// Sends what waits to be sent.
    func flush() {
        var bytes: [UInt8] = []
        session.takeOutput { bytes.append(span: $0) }
        if !bytes.isEmpty { peer.send(bytes) }
    }

    /// Talks on until something is told that begins with `words`.
    func wait(for words: String) throws {
        while true {
            while let event = session.next() {
                if case .row(_, let place) = event { lastRow = session.values(place) }
                if case .deriveKeys(let derivation) = event { provide(derivation) }
                let description = session.describe(event)
                if description.hasPrefix("setting") { continue }
                told.append(description)
                if description.hasPrefix(words) { return }
                if case .ended = event { throw ConversationOver() }
            }
            flush()
            let bytes = peer.receive()
            if bytes.isEmpty { session.connectionEnded() } else { session.receive(bytes.span) }
        }
    }

    private func provide(_ derivation: SCRAMDerivation) {
        let known = Self.keys.withLock { $0[derivation] }
        let keys = known ?? derivation.keys()
        Self.keys.withLock { $0[derivation] = keys }
        session.provide(keys)
    }

    /// Runs one statement in a unit of its own.
    @discardableResult
    func run(
        _ sql: String, use: StatementShape.Use = .once, columns: ColumnsWanted = .never
    ) throws -> UnitID {
        let unit = session.begin()
        session.execute(StatementShape(sql, use: use), in: unit, columns: columns)
        session.sync(unit)
        try wait(for: "finished \(unit.number)")
        return unit
    }

    /// Cancels what runs.
    func cancel() {
        flush()
        if let packet = session.requestCancel() { peer.sendApart(packet) }
        session.cancelEnded()
    }

    /// Says goodbye.
    func finish() throws {
        guard session.isReady else { return }
        session.terminate()
        flush()
        do {
            try wait(for: "never")
        } catch is ConversationOver {
            _ = told.popLast()
        }
    }
}

/// What was said in a conversation with a server: lines of `>` or `<` and hexadecimal bytes.
struct Recording: Sendable {
    struct Turn: Sendable {
        let isClient: Bool
        let bytes: [UInt8]
    }

    let turns: [Turn]

    init(turns: [Turn]) { self.turns = turns }

    init(_ text: String) {
        turns = text.split(separator: "\n").compactMap { line in
            guard let bytes = Hex.decode(line.dropFirst(2).utf8) else { return nil }
            return Turn(isClient: line.hasPrefix(">"), bytes: bytes)
        }
    }

    var text: String {
        turns.map { "\($0.isClient ? ">" : "<") \(Hex.encode($0.bytes))\n" }.joined()
    }

    var client: [UInt8] { turns.filter(\.isClient).flatMap(\.bytes) }
    var server: [UInt8] { turns.filter { !$0.isClient }.flatMap(\.bytes) }
    /// Where the server paused.
    var pauses: [Int] {
        turns.filter { !$0.isClient }.reduce(into: []) {
            $0.append(($0.last ?? 0) + $1.bytes.count)
        }
    }
}

/// Plays the server's part of a recording, in pieces.
final class RecordedPeer: Peer {
    private(set) var heard: [UInt8] = []
    private let bytes: [UInt8]
    private let ends: [Int]
    private var position = 0

    /// - Parameter cuts: where the pieces end, rising.
    init(_ bytes: [UInt8], cuts: [Int]) {
        self.bytes = bytes
        ends = cuts.filter { $0 < bytes.count } + [bytes.count]
    }

    func send(_ bytes: [UInt8]) { heard += bytes }
    func sendApart(_ packet: [UInt8]) {}

    func receive() -> [UInt8] {
        let end = ends.first { $0 > position } ?? bytes.count
        defer { position = end }
        return Array(bytes[position..<end])
    }
}
