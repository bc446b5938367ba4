import Bytes
import Testing

@testable import PostgresWire

/// Bytes that a session refuses, and what it says to them.
struct RefusedBytes: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    let fault: WireFault
}

@Suite struct BackendMessageTests {
    @Test func `a message is whole with its last byte and not before`() throws {
        let message = Backend.complete("SELECT 1")
        for count in 0..<message.count {
            let part = message.span.extracting(first: count)
            #expect(try BackendFrame.read(part, at: 0, bytesMax: 100) == nil)
        }
        let frame = try BackendFrame.read(message.span, at: 0, bytesMax: 100)
        #expect(frame == BackendFrame(type: .commandComplete, body: 5..<message.count))
    }

    static let refused = [
        RefusedBytes(
            testDescription: "a type that does not exist, by its first byte",
            bytes: hex("51"), fault: .unknownMessage(type: 0x51)),
        RefusedBytes(
            testDescription: "a length that does not count itself",
            bytes: hex("43 00000003"), fault: .impossibleLength(3, type: 0x43)),
        RefusedBytes(
            testDescription: "a negative length",
            bytes: hex("43 ffffffff"), fault: .impossibleLength(-1, type: 0x43)),
        RefusedBytes(
            testDescription: "a length beyond the limit, before its bytes come",
            bytes: hex("44 7fffffff"), fault: .messageTooLong(byteCount: 0x7FFF_FFFF, type: 0x44)),
        RefusedBytes(
            testDescription: "a second start",
            bytes: Backend.authenticationOk, fault: .unexpectedMessage(type: 0x52)),
        RefusedBytes(
            testDescription: "a row that nobody asked for",
            bytes: Backend.row(["a"]), fault: .unexpectedMessage(type: 0x44)),
        RefusedBytes(
            testDescription: "the end of a unit that is none",
            bytes: Backend.idle, fault: .unexpectedMessage(type: 0x5A)),
        RefusedBytes(
            testDescription: "an error that nothing has caused",
            bytes: Backend.error("42601"), fault: .unexpectedMessage(type: 0x45)),
        RefusedBytes(
            testDescription: "a setting without its value's end",
            bytes: Backend.message("S", [0x61, 0, 0x62]), fault: .malformed(type: 0x53)),
        RefusedBytes(
            testDescription: "a setting with something behind it",
            bytes: Backend.message("S", [0x61, 0, 0x62, 0, 0]), fault: .malformed(type: 0x53)),
        RefusedBytes(
            testDescription: "a notification without a payload",
            bytes: Backend.message("A", [0, 0, 0, 1, 0x61, 0]), fault: .malformed(type: 0x41)),
        RefusedBytes(
            testDescription: "a notice without an end",
            bytes: Backend.message("N", [0x4D, 0x61, 0]), fault: .malformed(type: 0x4E)),
    ]

    @Test(arguments: refused)
    func `what is no message ends the session with its fault`(example: RefusedBytes) {
        let session = readySession()
        #expect(session.hear(example.bytes) == ["ended fault wire(\(words(example.fault)))"])
        #expect(session.hear(Backend.idle) == [])
    }

    /// Bodies that are wrong for what is awaited: a step, then its Sync.
    static let answers = [
        RefusedBytes(
            testDescription: "Bind's answer in place of Parse's",
            bytes: Backend.bound, fault: .unexpectedMessage(type: 0x32)),
        RefusedBytes(
            testDescription: "the end before the answers",
            bytes: Backend.idle, fault: .unexpectedMessage(type: 0x5A)),
        RefusedBytes(
            testDescription: "fewer columns than are counted",
            bytes: Backend.parsed + Backend.bound + Backend.message("T", [0, 2] + [0]),
            fault: .malformed(type: 0x54)),
        RefusedBytes(
            testDescription: "a column of an unknown format",
            bytes: Backend.parsed + Backend.bound
                + Backend.message("T", hex("0001 6100 00000000 0000 00000019 ffff ffffffff 0002")),
            fault: .malformed(type: 0x54)),
        RefusedBytes(
            testDescription: "a row with a length beyond its end",
            bytes: upToRows + Backend.message("D", hex("0001 00000002 61")),
            fault: .malformed(type: 0x44)),
        RefusedBytes(
            testDescription: "a row with a length below NULL's",
            bytes: upToRows + Backend.message("D", hex("0001 fffffffe")),
            fault: .malformed(type: 0x44)),
        RefusedBytes(
            testDescription: "a row with something behind it",
            bytes: upToRows + Backend.message("D", hex("0001 00000001 6162")),
            fault: .malformed(type: 0x44)),
        RefusedBytes(
            testDescription: "a row without a count",
            bytes: upToRows + Backend.message("D", [0]), fault: .malformed(type: 0x44)),
        RefusedBytes(
            testDescription: "a tag without an end",
            bytes: upToRows + Backend.message("C", [0x41]), fault: .malformed(type: 0x43)),
        RefusedBytes(
            testDescription: "COPY data outside a COPY",
            bytes: upToRows + Backend.message("d", [0x41]),
            fault: .unexpectedMessage(type: 0x64)),
        RefusedBytes(
            testDescription: "a COPY that was not asked for as one",
            bytes: upToRows + Backend.message("G", [0, 0, 0]), fault: .unexpectedCopy),
        RefusedBytes(
            testDescription: "a COPY both ways",
            bytes: upToRows + Backend.message("W", [0, 0, 0]),
            fault: .unexpectedMessage(type: 0x57)),
        RefusedBytes(
            testDescription: "a transaction status that does not exist",
            bytes: upToRows + Backend.complete("SELECT 0") + Backend.message("Z", [0x58]),
            fault: .malformed(type: 0x5A)),
        RefusedBytes(
            testDescription: "a second description",
            bytes: upToRows + Backend.columns(["a"]), fault: .unexpectedMessage(type: 0x54)),
    ]

    static let upToRows = Backend.parsed + Backend.bound + Backend.columns(["a"])

    @Test(arguments: answers)
    func `an answer of the wrong form or place ends the session`(example: RefusedBytes) {
        let session = readySession()
        let unit = session.begin()
        session.execute(StatementShape("a"), in: unit)
        session.sync(unit)
        _ = session.said()
        let told = session.hear(example.bytes)
        #expect(
            told.suffix(2) == [
                "finished 1 lost, may have run", "ended fault wire(\(words(example.fault)))",
            ])
    }

    private func words(_ fault: WireFault) -> String { "PostgresWire.WireFault.\(fault)" }

    // MARK: Limits

    @Test func `before sign-in a message is bound more tightly`() {
        let session = HeldSession(SessionConfiguration(user: "a", transport: .plain))
        let told = session.hear(hex("45 00010001"))
        #expect(told.count == 1 && told[0].contains("messageTooLong"))
    }

    @Test func `a server may report so many settings and no more`() {
        let session = readySession { $0.limits.settingsMax = 3 }
        #expect(session.hear(Backend.setting("a", "1")) == ["setting a"])
        #expect(session.hear(Backend.setting("a", "2")) == ["setting a"])
        #expect(session.setting("a") == "2")
        let told = session.hear(Backend.setting("b", "1"))
        #expect(told.count == 1 && told[0].contains("tooManySettings"))
    }

    // MARK: Bodies

    @Test func `an error gives all of its fields`() throws {
        let letters = "MDHPpqWstcdnFLR"
        let more = letters.unicodeScalars.map { ($0, "\($0)!") }
        let bytes = Backend.error("23505", more + [("?", "unknown")])
        let error = try ServerError(parsing: bytes.span.extracting(5...), of: .error)
        #expect(error.severity == .error && error.sqlState.text == "23505")
        #expect(error.sqlState.classText == "23")
        // The message came twice; the first counts.
        #expect(error.message == "no")
        for field in ServerError.Field.allCases where field != .message {
            #expect(error[field] == "\(Character(Unicode.Scalar(field.rawValue)))!")
        }
        #expect(error.constraint == "n!" && error.column == "c!" && error.table == "t!")
        #expect(error.position == nil)
    }

    @Test(arguments: [
        ("53 4641544100 00", ServerError.Severity.error, "XX000"),
        ("53 464154414c00 43 323830303000 00", .fatal, "28000"),
        ("53 46415400 56 50414e494300 43 2a2a00 00", .panic, "XX000"),
        ("00", .error, "XX000"),
    ])
    func `an error of few fields is still one`(
        body: String, severity: ServerError.Severity, code: String
    ) throws {
        let error = try ServerError(parsing: hex(body).span, of: .error)
        #expect(error.severity == severity && error.sqlState.text == code)
        #expect(error.message == "" && error.detail == nil)
    }

    @Test(
        arguments: [
            ("SELECT 3", CommandTag.Command.select, 3), ("INSERT 0 12", .insert, 12),
            ("MERGE 1", .merge, 1), ("COPY 100000000000", .copy, 100_000_000_000),
            ("BEGIN", .begin, nil), ("ROLLBACK", .rollback, nil), ("CREATE TABLE", .other, nil),
            ("", .other, nil), ("SELECT", .select, nil), ("SELECT x1", .select, nil),
            ("SELECT 99999999999999999999", .select, nil), ("5", .other, nil),
        ] as [(String, CommandTag.Command, Int?)])
    func `a tag gives the command and the rows`(
        text: String, command: CommandTag.Command, rows: Int?
    ) throws {
        let tag = try CommandTag(parsing: Backend.strings(text).span)
        #expect(tag == CommandTag(command: command, rowCount: rows))
    }

    @Test func `a secret has four bytes or up to 256`() {
        for (count, isGood) in [(3, false), (4, true), (32, true), (256, true), (257, false)] {
            let body = [0, 0, 0, 9] + [UInt8](repeating: 1, count: count)
            #expect(((try? CancelKey(parsing: body.span)) != nil) == isGood)
        }
    }

    @Test(
        arguments: [
            ([], nil), ([0x53], TLSRequest.Answer.accepted), ([0x4E], .refused),
        ] as [([UInt8], TLSRequest.Answer?)])
    func `the answer to a request for TLS is one byte`(bytes: [UInt8], answer: TLSRequest.Answer?)
        throws
    {
        #expect(try TLSRequest.answer(in: bytes.span) == answer)
    }

    @Test func `bytes behind the answer to a request for TLS are an attack`() {
        #expect(throws: WireFault.bytesBeforeTLS) {
            try TLSRequest.answer(in: [UInt8]([0x53, 0x16]).span)
        }
        #expect(throws: WireFault.bytesBeforeTLS) {
            try TLSRequest.answer(in: [UInt8]([0x4E, 0x52]).span)
        }
        #expect(throws: WireFault.unknownTLSAnswer(0x45)) {
            try TLSRequest.answer(in: [UInt8]([0x45]).span)
        }
        #expect(TLSRequest.bytes == hex("00000008 04d2162f"))
    }
}
