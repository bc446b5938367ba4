import Addresses
import Bytes
import Diagnostics
import Expressions
import HTTP
import PostgresTestSupport
import Schema
import Store
import Values

@testable import Realtime

/// A sink that keeps what is sent to it.
final class RecordingSink: WebSocketSink {
    private(set) var texts: [String] = []
    /// The shared frames among what was sent, by identity.
    private(set) var frames: [FramedBytes] = []
    private(set) var closeCode: UInt16?
    var queuedBytes = 0

    func send(frame: FramedBytes) {
        frames.append(frame)
        // An unmasked server frame: two bytes, and a longer length when the second says so.
        let head = frame.bytes[1] < 126 ? 2 : frame.bytes[1] == 126 ? 4 : 10
        texts.append(String(decoding: frame.bytes[head...], as: UTF8.self))
    }

    func send(text: [UInt8]) { texts.append(String(decoding: text, as: UTF8.self)) }
    func send(binary: [UInt8]) { texts.append("binary") }
    func ping(_ payload: [UInt8]) {}
    func close(code: UInt16, reason: String) { closeCode = code }

    func take() -> [String] {
        defer { texts = [] }
        return texts
    }
}

/// One client of a stage.
final class Peer {
    let sink = RecordingSink()
    let session: RealtimeSession
    private let stage: Stage

    init(_ session: RealtimeSession, on stage: Stage) {
        self.session = session
        self.stage = stage
        session.opened(sink)
    }

    /// Sends text, and waits until it has been dealt with.
    func give(_ text: String) {
        session.received(text: Array(text.utf8))
        while session.isBusy { session.proceed(until: .max) }
    }

    /// Sends text and answers what came back.
    @discardableResult
    func send(_ text: String) -> [String] {
        give(text)
        return sink.take()
    }

    /// Joins a topic of serializer 2.0.0 and answers what came back.
    @discardableResult
    func join(_ name: String = "a", _ bindings: String = "", token: String? = nil) -> [String] {
        let token = token.map { #","access_token":"\#($0)""# } ?? ""
        return send(
            """
            ["1","1","realtime:\(name)","phx_join",{"config":{"broadcast":{"ack":false,"self":false},\
            "presence":{"key":"","enabled":false},"private":false,"postgres_changes":[\(bindings)]}\
            \(token)}]
            """)
    }

    /// What came since the last look, as JSON.
    func messages() throws -> [JSONValue] {
        try sink.take().map { try JSONDocument(parsing: Array($0.utf8)).root }
    }

    /// Type and one column of each change that came since the last look: `INSERT 7`.
    func changes(_ column: String = "id") throws -> [String] {
        try messages().map { message in
            let items = message.elements
            guard items[3].string == "postgres_changes", let data = items[4]["data"] else {
                return items[3].string ?? "?"
            }
            let value = (data["record"] ?? data["old_record"])?[column]
            let text = value.map { $0.string ?? String(utf8: $0.raw) } ?? "-"
            return "\(data["type"]?.string ?? "?") \(text)"
        }
    }
}

/// A hub with real models, rules and tables, an own clock, and changes made by hand.
final class Stage {
    private(set) var catalogue: Catalogue
    let tables: any StageTables
    private(set) var hub: RealtimeHub!
    /// The wall clock; tests may set it.
    var now = Instant(seconds: 1_800_000_000)
    /// The monotonic clock.
    private(set) var uptime = ContinuousClock.now
    /// How much later it is at every look at the monotonic clock.
    var timeOfLook = Duration.zero
    /// Who a token speaks for.
    var identities: [String: Identity] = [:]
    /// The sessions that the hub is told have been signed out.
    private(set) var signedOut: [String] = []
    /// The tokens that the hub has asked about.
    private(set) var asked: [String] = []
    /// The newest change that is known to be committed.
    var newestChange: Int64?
    private var sequence: Int64 = 0

    init(
        _ models: [String: String], rules: String? = nil, settings: FeedSettings = FeedSettings(),
        reading: (any Reader) -> any Reader = { $0 },
        inLaterTurn: @escaping (@escaping () -> Void) -> Void = { $0() }
    ) throws {
        catalogue = try Self.catalogue(models, rules)
        let rulebook = try Rulebook.compile(catalogue)
        tables = try TestEngine.makeTables(
            catalogue.modelsByDependency.map { try $0.definition(render: rulebook.definition) })
        hub = RealtimeHub(
            catalogue: catalogue, rulebook: rulebook, reader: reading(tables.reader),
            settings: settings,
            authenticate: { [unowned self] token in
                asked.append(token)
                return identities[token].map(Result.success) ?? .failure(.malformed)
            },
            signOuts: { [unowned self] in
                SignOuts(count: signedOut.count, sessions: Array(signedOut.dropFirst($0)))
            },
            newestChange: { [unowned self] in newestChange }, inLaterTurn: inLaterTurn,
            now: { [unowned self] in now },
            uptime: { [unowned self] in
                uptime += timeOfLook
                return uptime
            })
    }

    deinit { tables.close() }

    /// The tokens of sessions are good no more, and the hub is told of it.
    func signOut(_ sessions: [String]) {
        identities = identities.filter { identity in
            !sessions.contains { $0 == identity.value.sessionID }
        }
        asked = []
        signedOut += sessions
    }

    /// Lets time pass.
    func advance(microseconds: Int64) {
        uptime += .microseconds(microseconds)
        now = now.advanced(byMicroseconds: microseconds)
    }

    static func catalogue(_ models: [String: String], _ rules: String?) throws -> Catalogue {
        var files = models.map { (path: "models/\($0.key).json", contents: Array($0.value.utf8)) }
        if let rules { files.append((path: "rules.json", contents: Array(rules.utf8))) }
        return try Catalogue(parsing: files)
    }

    /// Serves other models from now on; their tables are not touched.
    func reload(_ models: [String: String], rules: String? = nil) throws {
        catalogue = try Self.catalogue(models, rules)
        hub.reload(catalogue: catalogue, rulebook: try Rulebook.compile(catalogue))
    }

    /// Commits a statement; no change is delivered for it.
    func run(_ statement: String) throws { try tables.run(SQL(text: statement)) }

    func connect(
        _ serializer: Serializer = .arrays, as identity: Identity = .anonymous,
        from peer: AddressBlock = .none, within quotas: SocketQuotas = SocketQuotas()
    ) -> Peer {
        Peer(
            RealtimeSession(
                hub: hub, serializer: serializer, identity: identity, from: peer, quotas: quotas),
            on: self)
    }

    /// A change that the hub has not seen yet, with the next sequence.
    func change(
        _ operation: Change.Operation, _ table: String, new: [String: Value]? = nil,
        old: [String: Value]? = nil, of transaction: Int64? = nil,
        at time: Instant = Instant(microseconds: 1_772_359_872_345_678)
    ) -> Change {
        sequence += 1
        let model = catalogue.model(table)
        let newImage = new.flatMap { row in model.map { image($0, row) } }
        let oldImage = old.flatMap { row in model.map { image($0, row) } }
        let key = model.map { model in
            model.primaryKey.map { (newImage ?? oldImage)?.values[$0] ?? .null }
        }
        return Change(
            sequence: sequence, transaction: transaction ?? sequence, committedAt: time,
            table: table,
            operation: operation, key: key ?? [], new: newImage, old: oldImage)
    }

    func insert(_ table: String, _ row: [String: Value]) {
        hub.deliver([change(.insert, table, new: row)])
    }

    func update(_ table: String, _ old: [String: Value], _ new: [String: Value]) {
        hub.deliver([change(.update, table, new: new, old: old)])
    }

    func delete(_ table: String, _ row: [String: Value]) {
        hub.deliver([change(.delete, table, old: row)])
    }

    private func image(_ model: Model, _ row: [String: Value]) -> RowImage {
        let values = model.columns.map { row[$0.name] ?? .null }
        var json: [UInt8] = [ASCII.leftBrace]
        for (index, column) in model.columns.enumerated() {
            if index > 0 { json.append(ASCII.comma) }
            json.append(jsonString: column.name)
            json.append(ASCII.colon)
            column.type.appendJSON(values[index], to: &json)
        }
        json.append(ASCII.rightBrace)
        return RowImage(values: values, json: json)
    }
}

/// A user whose token does not end during a test, unless told.
func user(_ id: String, expiresAt: Int64 = farFuture, session: String? = nil) -> Identity {
    Identity(
        role: .authenticated, userID: id,
        claims: #"{"role":"authenticated","sub":"\#(id)"}"#, expiresAt: expiresAt,
        sessionID: session)
}

/// The project's public key.
let anonymousKey = Identity(role: .anonymous, claims: #"{"role":"anon"}"#, expiresAt: farFuture)

/// Seconds after which no test runs.
let farFuture: Int64 = 4_000_000_000

/// Models the tests share: public todos, owned notes, rooms with members and messages.
enum Models {
    static let todos = """
        {"properties": {
          "id": {"type": "integer", "identity": true}, "title": {"type": "string"},
          "list": {"type": "integer"}, "done": {"type": "boolean"}, "extra": {"type": "object"}},
         "realtime": true, "access": {"read": true}}
        """
    static let notes = """
        {"properties": {
          "id": {"type": "integer", "identity": true},
          "owner": {"type": "string", "format": "uuid"}, "body": {"type": "string"}},
         "realtime": true, "access": {"read": "owner = auth.uid()"}}
        """
    static let members = """
        {"properties": {
          "room": {"type": "integer"}, "person": {"type": "string", "format": "uuid"}},
         "primaryKey": ["room", "person"], "realtime": true, "access": {"read": true}}
        """
    static let messages = """
        {"properties": {
          "id": {"type": "integer", "identity": true}, "room": {"type": "integer"},
          "body": {"type": "string"}},
         "realtime": true,
         "access": {"read": "exists(members as m where m.room = messages.room and m.person = auth.uid())"}}
        """
    static let quiet = #"{"properties": {"name": {"type": "string"}}, "access": {"read": true}}"#

    static let all = [
        "todos": todos, "notes": notes, "members": members, "messages": messages, "quiet": quiet,
    ]

    static let ada = "00000000-0000-4000-8000-00000000000a"
    static let eve = "00000000-0000-4000-8000-00000000000e"
}

extension FeedSettings {
    /// Bounds that no test reaches unless it sets its own.
    init() {
        self.init(
            sessionsMax: 50_000, channelsPerSessionMax: 100, bindingsPerSessionMax: 1_000,
            joinsPerSecondMax: 100, messagesPerSecondMax: 100, queuedBytesMax: 262_144,
            unindexed: Unindexed(perSessionMax: 1_000, perCallerMax: 10_000, max: 100_000),
            changeMillisecondsMax: 5, stepMilliseconds: 2)
    }
}

extension Instant {
    /// The instant `microseconds` later.
    func advanced(byMicroseconds microseconds: Int64) -> Instant {
        Instant(microseconds: self.microseconds + microseconds)
    }
}
