import Bytes
import PostgresTestSupport
import TestSupport
import Testing

@testable import PostgresWire

/// The scenarios that any server can play: those with roles of their own want a `pg_hba.conf` of
/// their own, and are only held to be recorded.
private let liveScenarios = (Scenario.all + [.pooled]).filter { scenario in
    if let only = LiveServer.onlyScenario { return scenario.name == only }
    if ["scram-plus", "pgbouncer"].contains(scenario.name) { return false }
    return scenario.role == nil || LiveServer.recordedVersion != nil
}

/// Conversations with a server that runs.
@Suite(.blocking, .serialized, .enabled(if: LiveServer.isThere, PostgresServer.whatToInstall))
struct LiveTests {
    static let folder = Repository.path("Tests/PostgresWireTests/Conversations")

    private func connect() throws -> SocketPeer {
        try SocketPeer(LiveServer.target().hosts[0])
    }

    @Test(arguments: liveScenarios)
    func `a real server says what is expected`(scenario: Scenario) throws {
        let peer = try connect()
        #expect(scenario.hold(with: peer) == scenario.expected)
        try LiveServer.record(Recording(turns: peer.turns), of: scenario, in: Self.folder)
    }

    /// A session with the server that is ready.
    private func session() throws -> Conversation {
        let conversation = Conversation(
            try LiveServer.target().session(over: .unixSocket), with: try connect())
        try conversation.wait(for: "ready")
        return conversation
    }

    /// Every type with values to send: each comes back as PostgreSQL reads it from text.
    static let values: [(TypeOID, String)] = [
        (.bool, "true"), (.bool, "false"), (.int2, "-32768"), (.int4, "2147483647"),
        (.int8, "-9223372036854775808"), (.float4, "1.5"), (.float8, "0.1"), (.float8, "NaN"),
        (.float8, "-Infinity"), (.numeric, "-12345678.90"), (.numeric, "NaN"),
        (.numeric, "Infinity"), (.numeric, "0.000"), (.numeric, "1e-20"),
        (.uuid, "0189f7e2-1c9d-7a3b-8c4d-123456789abc"), (.timestamptz, "infinity"),
        (.timestamptz, "2026-11-21 10:15:00.123456+00"), (.timestamptz, "0001-01-01 00:00+00"),
        (.date, "9999-12-31"), (.date, "-infinity"), (.time, "24:00:00"),
        (.interval, "1 year -2 days 3 us"), (.json, "{\"a\" : 1}"), (.jsonb, "{\"a\" : 1}"),
        (.bytea, "\\x00ff"), (.text, "Grüße"), (.oid, "4000000000"), (.xid8, "5"),
        (.lsn, "16/B374D848"),
    ]

    @Test(arguments: values)
    func `a value goes in binary as its text means it`(type: TypeOID, text: String) throws {
        let conversation = try session()
        let name = try #require(type.name)
        let shape = StatementShape(
            "select $1::\(name), $2::text::\(name)", parameters: [type, .text])
        // What the server makes of the text comes back in binary; that is sent then.
        let first = try row(conversation, shape) { fields in
            fields.null()
            fields.text(text)
        }
        let binary = try #require(first[1])
        let second = try row(conversation, shape) { (fields) throws(FormatFault) in
            try Self.write(binary, as: type, to: &fields)
            fields.text(text)
        }
        #expect(second[0] == binary && second[1] == binary)
        try conversation.finish()
    }

    /// Reads the binary value and writes it again.
    static func write(
        _ bytes: [UInt8], as type: TypeOID, to fields: inout FieldWriter
    ) throws(FormatFault) {
        let span = bytes.span
        switch type {
        case .bool: fields.bool(try Binary.bool(span))
        case .int2: fields.int2(try Binary.int2(span))
        case .int4: fields.int4(try Binary.int4(span))
        case .int8: fields.int8(try Binary.int8(span))
        case .float4: fields.float4(try Binary.float4(span))
        case .float8: fields.float8(try Binary.float8(span))
        case .oid: fields.oid(try Binary.oid(span))
        case .xid8: fields.xid8(try Binary.xid8(span))
        case .lsn: fields.lsn(try Binary.lsn(span))
        case .interval: fields.interval(try Binary.interval(span))
        case .timestamptz: try fields.timestamp(try Binary.timestamp(span))
        case .date: try fields.date(try Binary.date(span))
        case .time: try fields.time(try Binary.time(span))
        case .jsonb: fields.jsonb(try Binary.jsonb(span))
        case .uuid:
            var text: [UInt8] = []
            try Binary.appendUUID(span, to: &text)
            try fields.uuid(text.span)
        case .numeric:
            var text: [UInt8] = []
            try Numeric(span).append(to: &text)
            try fields.numeric(text.span)
        default: fields.raw(span)
        }
    }

    private func row(
        _ conversation: Conversation, _ shape: StatementShape,
        _ fields: (inout FieldWriter) throws(FormatFault) -> Void
    ) throws -> [[UInt8]?] {
        let unit = conversation.session.begin()
        try conversation.session.execute(shape, in: unit, columns: .never, fields)
        conversation.session.sync(unit)
        try conversation.wait(for: "finished \(unit.number)")
        try #require(!conversation.lastRow.isEmpty, "\(conversation.told)")
        return conversation.lastRow
    }

    @Test func `numerics of every size survive`() throws {
        let conversation = try session()
        let shape = StatementShape("select $1::numeric, $1::text", parameters: [.numeric])
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            let text = Self.number(&generator)
            let found = try row(conversation, shape) { (fields) throws(FormatFault) in
                try fields.numeric(Array(text.utf8).span)
            }
            var printed: [UInt8] = []
            let binary = try #require(found[0])
            try Numeric(binary.span).append(to: &printed)
            #expect(printed == found[1], "\(text)")
        }
        try conversation.finish()
    }

    private static func number(_ generator: inout SeededGenerator) -> String {
        var digits = ""
        for _ in 0..<Int.random(in: 1...40, using: &generator) {
            digits +=
                "\(Bool.random(using: &generator) ? 0 : Int.random(in: 0...9, using: &generator))"
        }
        let exponent = Int.random(in: -30...30, using: &generator)
        return (Bool.random(using: &generator) ? "-" : "") + digits + "e\(exponent)"
    }
}
