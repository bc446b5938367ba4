import Bytes
import Testing

@testable import PostgresWire

struct FrontendCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    let expected: String

    init(_ name: String, _ expected: String, _ write: (inout [UInt8]) -> Void) {
        testDescription = name
        self.expected = expected
        var bytes: [UInt8] = []
        write(&bytes)
        self.bytes = bytes
    }
}

/// What a client sends, byte for byte (PostgreSQL manual, "Message Formats").
@Suite struct FrontendMessageTests {
    static let key = try? CancelKey(parsing: hex("00000007 01020304").span)

    static let cases = [
        FrontendCase("startup", "00000010 00030000 7573657200 6100 00") {
            $0.appendStartup([("user", "a")])
        },
        FrontendCase("TLS request", "00000008 04d2162f") { $0.appendTLSRequest() },
        FrontendCase("cancel", "00000010 04d2162e 00000007 01020304") { bytes in
            if let key { bytes.appendCancelRequest(key) }
        },
        FrontendCase("password", "70 00000007 616200") { $0.append(password: [0x61, 0x62]) },
        FrontendCase("first SASL answer", "70 0000000c 414200 00000001 7a") {
            $0.appendSASLInitial(mechanism: "AB", [0x7A])
        },
        FrontendCase("SASL answer", "70 00000005 7a") { $0.append(saslResponse: [0x7A]) },
        FrontendCase("parse", "50 00000014 7300 53454c00 0002 00000017 00000019") {
            $0.appendParse(name: [0x73], sql: "SEL", types: [.int4, .text])
        },
        FrontendCase("describe a portal", "44 00000007 50 7000") {
            $0.appendDescribe(.portal, [0x70])
        },
        FrontendCase("close a statement", "43 00000007 53 7300") {
            $0.appendClose(.statement, [0x73])
        },
        FrontendCase("execute", "45 0000000a 7000 00000064") {
            $0.appendExecute(portal: [0x70], rowsMax: 100)
        },
        FrontendCase("flush, sync, terminate", "4800000004 5300000004 5800000004") {
            $0.appendFlush()
            $0.appendSync()
            $0.appendTerminate()
        },
        FrontendCase("query", "51 00000006 3b00") { $0.appendQuery(";") },
        FrontendCase("copy data, done, fail", "64 00000006 0102 63 00000004 66 00000006 7800") {
            $0.append(copyData: [UInt8]([1, 2]).span)
            $0.appendCopyDone()
            $0.append(copyFail: "x")
        },
    ]

    @Test(arguments: cases)
    func `a message is written byte for byte`(example: FrontendCase) {
        #expect(example.bytes == hex(example.expected))
    }

    @Test func `a step is Parse, Bind, Describe, Execute and Sync, byte for byte`() {
        let session = readySession { $0.preparesByName = false }
        let shape = StatementShape("SELECT", parameters: [.int4, .text], results: .all(.binary))
        let unit = session.begin()
        session.execute(shape, in: unit) { fields in
            fields.int4(5)
            fields.null()
        }
        session.sync(unit)
        let parse = "50 00000016 00 53454c45435400 0002 00000017 00000019"
        let bind =
            "42 0000001c 00 00 0001 0001 0002 00000004 00000005 ffffffff 0001 0001"
        let rest = "44 00000006 50 00 45 00000009 00 00000000 53 00000004"
        #expect(session.said() == hex(parse + bind + rest))
    }

    @Test func `a known statement is Bind and Execute by its name`() {
        let session = readySession()
        let shape = StatementShape("SELECT 1")
        let unit = session.begin()
        session.execute(shape, in: unit, columns: .never)
        session.sync(unit)
        #expect(session.saidTypes() == "PBES")
        _ = session.hear(
            Backend.parsed + Backend.bound + Backend.complete("SELECT 0") + Backend.idle)
        let next = session.begin()
        session.execute(shape, in: next)
        session.sync(next)
        let name = Hex.encode(shape.name)
        #expect(shape.name.count == 37)
        #expect(
            session.said()
                == hex("42 00000035 00 \(name) 00 0001 0001 0000 0001 0001")
                + hex("45 00000009 00 00000000 53 00000004"))
    }

    @Test func `formats are text where the type's binary form is not known`() {
        let shape = StatementShape(
            "x", parameters: [.int4, TypeOID(rawValue: 90_000)], results: .each([.text, .binary]))
        #expect(shape.unnamedBindHead == hex("00 0002 0001 0000 0002"))
        #expect(shape.bindTail == hex("0002 0000 0001"))
    }

    @Test func `names differ as soon as text or types do`() {
        let names = [
            StatementShape("a"), StatementShape("b"), StatementShape("a", parameters: [.int4]),
            StatementShape("a", parameters: [.int8]),
        ].map(\.name)
        #expect(Set(names).count == names.count)
        #expect(StatementShape("a").name == StatementShape("a", results: .all(.text)).name)
    }
}
