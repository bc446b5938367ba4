import Bytes
import Diagnostics
import Expressions
import Store
import TestSupport
import Testing
import Values

@testable import Realtime

/// Two sockets of one user ask for the same; one is always quick, the other stalls at random
/// moments. Whatever is written, whoever is let in or out and whatever token is shown in between,
/// both must receive the same changes in the same order, or the slow one must be told to read
/// again.
@Suite struct CatchUpTests {
    @Test(arguments: 0..<40)
    func `a socket that stalled hears what a quick one heard`(seed: Int) throws {
        let pair = try PairOfSockets(seed: UInt64(seed))
        for _ in 0..<250 { try pair.step() }
        try pair.drain()
        // Nothing that was lost may hide behind a socket that is always told to read again.
        #expect(pair.heard > 100)
    }
}

/// Both sockets, what they heard, and the tables behind them.
private final class PairOfSockets {
    private let stage: Stage
    private var generator: SeededGenerator
    private var quick: Peer
    private var slow: Peer
    /// Texts of changes since both last began level.
    private var told: (quick: [String], slow: [String]) = ([], [])
    /// How many changes the slow one has received in all.
    private(set) var heard = 0
    /// Whether something happened since the slow one last caught up that lets the slow one be sent
    /// away.
    private var mayBeCut = false
    private var token = "ada"
    private var nextID: Int64 = 0
    private var memberships: Set<Int64> = []
    private var messages: [Int64: Int64] = [:]
    private var offers: [Int64: Value] = [:]

    private static let offersModel = """
        {"properties": {
          "id": {"type": "integer", "identity": true},
          "until": {"type": "string", "format": "date-time"}},
         "realtime": true, "access": {"read": "until > now()"}}
        """
    private static let filesModel = """
        {"properties": {
          "id": {"type": "integer", "identity": true}, "org": {"type": "string"},
          "secret": {"type": "string", "access": {"read": "false"}}},
         "realtime": true, "access": {"read": "org = auth.jwt() ->> 'org'"}}
        """
    private static let bindings = """
        {"event":"*","schema":"public","table":"members"},\
        {"event":"*","schema":"public","table":"messages"},\
        {"event":"*","schema":"public","table":"messages","filter":"room=eq.1","select":["room"]},\
        {"event":"DELETE","schema":"public","table":"messages","filter":"room=neq.2"},\
        {"event":"*","schema":"public","table":"notes"},\
        {"event":"*","schema":"public","table":"offers"},\
        {"event":"UPDATE","schema":"public","table":"offers"},\
        {"event":"*","schema":"public","table":"files"}
        """
    private static let models = Models.all.merging(
        ["offers": offersModel, "files": filesModel], uniquingKeysWith: { $1 })

    init(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        var settings = FeedSettings()
        settings.queuedBytesMax = 1_000
        settings.showsOldRows = true
        settings.idleSecondsMax = .max
        settings.ringChangesMax = seed.isMultiple(of: 4) ? 20 : 8_192
        mayBeCut = settings.ringChangesMax == 20
        stage = try Stage(Self.models, settings: settings)
        let end = stage.now.seconds + 1_000_000
        stage.identities = [
            "ada": Self.identity(Models.ada, "x", session: 1, until: end),
            "ada again": Self.identity(Models.ada, "x", session: 2, until: end),
            "ada elsewhere": Self.identity(Models.ada, "y", session: 1, until: end),
            "eve": Self.identity(Models.eve, "y", session: 1, until: end),
            "key": Identity(role: .anonymous, claims: #"{"role":"anon"}"#, expiresAt: end),
        ]
        quick = stage.connect()
        slow = stage.connect()
        for peer in [quick, slow] { join(peer) }
    }

    private static func identity(
        _ id: String, _ org: String, session: Int, until end: Int64
    ) -> Identity {
        Identity(
            role: .authenticated, userID: id,
            claims: #"{"role":"authenticated","org":"\#(org)","session":\#(session)}"#,
            expiresAt: end)
    }

    private var isRingSmall: Bool { stage.hub.settings.ringChangesMax == 20 }

    /// A few random writes, published together, then perhaps something happens to the sockets.
    func step() throws {
        var changes: [Change] = []
        for _ in 0..<Int.random(in: 1...3, using: &generator) { changes += try write() }
        stage.hub.deliver(changes)
        stage.advance(microseconds: .random(in: 0...2_000_000, using: &generator))
        switch Int.random(in: 0..<60, using: &generator) {
        case 0..<10: slow.sink.queuedBytes = 5_000
        case 10..<20: slow.session.drained()
        case 20..<26: stage.hub.tick(now: stage.now)
        case 26..<36: try drain()
        case 36: show(["ada", "ada again"].randomElement(using: &generator) ?? "ada")
        case 37: show(stage.identities.keys.sorted().randomElement(using: &generator) ?? "ada")
        case 38: try rejoin()
        case 39: try reload()
        default: break
        }
        try compare()
    }

    /// Lets the slow one catch up; then both have heard the same.
    func drain() throws {
        slow.sink.queuedBytes = 0
        slow.session.drained()
        try compare()
        try #require(told.slow.count == told.quick.count)
        mayBeCut = isRingSmall
    }

    /// What the slow one has heard is what the quick one has heard first.
    private func compare() throws {
        told.quick += changes(quick)
        let texts = slow.sink.take()
        let news = texts.filter { $0.contains("\"postgres_changes\",{\"ids\"") }
        told.slow += news
        heard += news.count
        let equal = zip(told.quick, told.slow).prefix { $0 == $1 }.count
        let (other, due) = (told.slow.dropFirst(equal).first, told.quick.dropFirst(equal).first)
        try #require(equal == told.slow.count, "\(other ?? "") instead of \(due ?? "nothing")")
        guard let code = slow.sink.closeCode else { return }
        #expect(mayBeCut && code == 1013)
        #expect(texts.last?.contains("Fetch the rows again") == true)
        slow = stage.connect()
        join(slow)
        told = ([], [])
        mayBeCut = isRingSmall
    }

    private func changes(_ peer: Peer) -> [String] {
        peer.sink.take().filter { $0.contains("\"postgres_changes\",{\"ids\"") }
    }

    private func join(_ peer: Peer) {
        let sent = peer.join("a", Self.bindings, token: token)
        #expect(sent.last?.contains("Subscribed to PostgreSQL") == true, "\(sent)")
    }

    private func show(_ token: String) {
        mayBeCut =
            mayBeCut || !(token.hasPrefix("ada") && self.token.hasPrefix("ada"))
            || (token == "ada elsewhere") != (self.token == "ada elsewhere")
        self.token = token
        for peer in [quick, slow] {
            peer.give(#"["1","2","realtime:a","access_token",{"access_token":"\#(token)"}]"#)
        }
    }

    /// What waits for the old channel is not for the new one: it begins now.
    private func rejoin() throws {
        try compare()
        for peer in [quick, slow] { join(peer) }
        told = ([], [])
    }

    /// What waits has the shape of the old models: the slow one must read again.
    private func reload() throws {
        mayBeCut = true
        try stage.reload(Self.models)
    }
}

// Writes: to the tables that rules ask, and as the changes that come out of the log.
extension PairOfSockets {
    private func write() throws -> [Change] {
        switch Int.random(in: 0..<12, using: &generator) {
        case 0, 1: return try letInOrOut()
        case 2, 3, 4: return [post()]
        case 5: return [move()].compactMap { $0 }
        case 6: return [remove()].compactMap { $0 }
        case 7: return try closeRoom()
        case 8: return [note()]
        case 9, 10: return [offer()]
        default: return [file()]
        }
    }

    private var room: Int64 { Int64.random(in: 1...3, using: &generator) }

    private func letInOrOut() throws -> [Change] {
        let room = room
        let row: [String: Value] = ["room": .integer(room), "person": .text(Models.ada)]
        if memberships.remove(room) != nil {
            try stage.run("DELETE FROM members WHERE room = \(room)")
            return [stage.change(.delete, "members", old: row)]
        }
        memberships.insert(room)
        try stage.run("INSERT INTO members VALUES (\(room), '\(Models.ada)')")
        return [stage.change(.insert, "members", new: row)]
    }

    private func row(_ id: Int64, in room: Int64) -> [String: Value] {
        ["id": .integer(id), "room": .integer(room), "body": .text("m\(id)")]
    }

    private func post() -> Change {
        nextID += 1
        let room = room
        messages[nextID] = room
        return stage.change(.insert, "messages", new: row(nextID, in: room))
    }

    private func move() -> Change? {
        guard let (id, old) = messages.min(by: { $0.key < $1.key }) else { return nil }
        let new = room
        messages[id] = new
        return stage.change(.update, "messages", new: row(id, in: new), old: row(id, in: old))
    }

    private func remove() -> Change? {
        guard let (id, room) = messages.min(by: { $0.key < $1.key }) else { return nil }
        messages[id] = nil
        return stage.change(.delete, "messages", old: row(id, in: room))
    }

    /// One transaction takes a room's membership and messages.
    private func closeRoom() throws -> [Change] {
        let room = room
        guard memberships.remove(room) != nil else { return [] }
        try stage.run("DELETE FROM members WHERE room = \(room)")
        let first = stage.change(
            .delete, "members", old: ["room": .integer(room), "person": .text(Models.ada)])
        let ids = messages.filter { $0.value == room }.keys.sorted()
        return [first]
            + ids.map { id in
                messages[id] = nil
                return stage.change(.delete, "messages", old: row(id, in: room), of: first.sequence)
            }
    }

    private func note() -> Change {
        nextID += 1
        let owner = [Models.ada, Models.eve].randomElement(using: &generator) ?? Models.ada
        return stage.change(
            .insert, "notes", new: ["id": .integer(nextID), "owner": .text(owner), "body": .null])
    }

    /// An offer that ends about now: what the quick one may see, the slow one may not see later.
    private func offer() -> Change {
        let end = stage.now.advanced(
            byMicroseconds: .random(in: -3_000_000...9_000_000, using: &generator))
        let until = Value.text(end.postgres)
        if let (id, old) = offers.min(by: { $0.key < $1.key }), offers.count > 3 {
            offers[id] = nil
            return stage.change(
                .update, "offers", new: ["id": .integer(id), "until": until],
                old: ["id": .integer(id), "until": old])
        }
        nextID += 1
        offers[nextID] = until
        return stage.change(.insert, "offers", new: ["id": .integer(nextID), "until": until])
    }

    private func file() -> Change {
        nextID += 1
        let org = ["x", "y"].randomElement(using: &generator) ?? "x"
        return stage.change(
            .insert, "files",
            new: ["id": .integer(nextID), "org": .text(org), "secret": .text("s")])
    }
}
