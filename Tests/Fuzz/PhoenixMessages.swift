import Addresses
import Bytes
import Diagnostics
import Expressions
import HTTP
import Schema
import Store
import StoreSQLite
import Values

@testable import Realtime

/// A socket that sends any lines, the first byte choosing the serializer, is answered with messages
/// in its form, sees changes or none, and leaves nothing behind. Lines that begin with a byte below
/// 5 are binary messages.
@Sendable func fuzzMessages(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let serializer: Serializer = first & 1 == 0 ? .arrays : .objects
    let sink = CheckingSink(serializer)
    let session = RealtimeSession(
        hub: hall.hub, serializer: serializer, identity: .anonymous, from: .none)
    session.opened(sink)
    for line in bytes.dropFirst().split(separator: ASCII.lf) where session.isOpen {
        if let kind = line.first, kind < 5 {
            session.received(binary: Array(line))
        } else if UTF8Check.isValid(line.span) {
            session.received(text: Array(line))
        }
        while session.isBusy { session.proceed(until: 0) }
    }
    hall.change()
    if session.isOpen { session.closed(code: 1000) }
    let counters = hall.hub.counters
    require(counters.sessions == 0 && counters.channels == 0, "left behind: \(counters)")
}

/// Reads what is sent as clients do.
private final class CheckingSink: WebSocketSink {
    private let serializer: Serializer
    let queuedBytes = 0

    init(_ serializer: Serializer) { self.serializer = serializer }

    func send(frame: FramedBytes) {
        let head = frame.bytes[1] < 126 ? 2 : frame.bytes[1] == 126 ? 4 : 10
        send(text: Array(frame.bytes[head...]))
    }

    func send(text: [UInt8]) {
        let message = ClientMessage(text: text, serializer: serializer)
        require(
            message?.payload.kind == .object,
            "no client reads \(String(decoding: text, as: UTF8.self))")
    }

    func send(binary: [UInt8]) { fatalError("binary \(binary)") }
    func ping(_ payload: [UInt8]) {}
    func close(code: UInt16, reason: String) {}
}

private let hall = Hall()

/// A hub over the project, and changes made by hand. There is one thread.
private final class Hall: @unchecked Sendable {
    let hub: RealtimeHub
    private var sequence: Int64 = 0

    init() {
        let project = Project.shared
        let tokens = ["ann": Project.identities[1]]
        do {
            hub = RealtimeHub(
                catalogue: project.catalogue, rulebook: project.rulebook,
                reader: try project.database.makeReader(),
                settings: FeedSettings(
                    sessionsMax: 50_000, channelsPerSessionMax: 100,
                    bindingsPerSessionMax: 1_000, joinsPerSecondMax: 100,
                    messagesPerSecondMax: 100, queuedBytesMax: 262_144,
                    unindexed: .init(perSessionMax: 100, perCallerMax: 1000, max: 10_000),
                    changeMillisecondsMax: 5, stepMilliseconds: 2),
                authenticate: { tokens[$0].map(Result.success) ?? .failure(.malformed) })
        } catch {
            fatalError("\(error)")
        }
    }

    /// Changes one note and says so to all who listen.
    func change() {
        guard let model = Project.shared.catalogue.model("notes") else { return }
        let json = Array(#"{"id":1,"owner":null,"title":"a","n":5,"data":{"a":1}}"#.utf8)
        let values: [String: Value] = [
            "id": .integer(1), "title": .text("a"), "n": .integer(5), "data": .text(#"{"a":1}"#),
        ]
        let image = RowImage(values: model.columns.map { values[$0.name] ?? .null }, json: json)
        hub.deliver(
            [Change.Operation.insert, .update, .delete].map { operation in
                sequence += 1
                return Change(
                    sequence: sequence, transaction: sequence,
                    committedAt: Instant(seconds: 1_767_225_600), table: "notes",
                    operation: operation, key: [.integer(1)],
                    new: operation == .delete ? nil : image,
                    old: operation == .insert ? nil : image)
            })
    }
}
