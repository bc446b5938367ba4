import Bytes
import Testing

@testable import PostgresWire

@Suite struct CopyTests {
    static let intoTable = StatementShape("copy t from stdin (format binary)", use: .once)
    static let binary = Backend.message("G", hex("01 0002 0001 0001"))
    static let text = Backend.message("G", hex("00 0001 0000"))

    /// A session whose COPY waits for data.
    private func copying(_ answer: [UInt8] = binary) -> (HeldSession, UnitID) {
        let session = readySession { $0.preparesByName = false }
        let unit = session.beginCopy(Self.intoTable)
        // No Sync: the server would swallow it.
        #expect(session.saidTypes() == "PBEH")
        #expect(!session.takesCopyData(unit))
        #expect(session.hear(Backend.parsed + Backend.bound + answer).count == 1)
        #expect(session.takesCopyData(unit))
        return (session, unit)
    }

    @Test func `rows go in binary, byte for byte`() {
        let (session, unit) = copying()
        session.copyRow(to: unit) { fields in
            fields.int4(1)
            fields.null()
        }
        session.endCopy(unit)
        #expect(
            session.said()
                == hex("64 00000017 5047434f50590aff0d0a00 00000000 00000000")
                + hex("64 00000012 0002 00000004 00000001 ffffffff")
                + hex("64 00000006 ffff") + hex("63 00000004 53 00000004"))
        #expect(
            session.hear(Backend.complete("COPY 1") + Backend.idle)
                == ["completed 1.0 copy 1", "finished 1 succeeded idle"])
        session.copyRow(to: unit) { $0.int4(1) }
        session.endCopy(unit)
        #expect(!session.hasOutput && session.isReusable)
    }

    @Test func `text goes as it is, in pieces`() {
        let (session, unit) = copying(Self.text)
        session.copy(Array("a\n".utf8), to: unit)
        session.copy(Array("b\n".utf8), to: unit)
        session.endCopy(unit)
        #expect(session.said() == hex("64 00000006 610a 64 00000006 620a 63 00000004 53 00000004"))
    }

    @Test func `a row that throws is not sent`() {
        let (session, unit) = copying()
        _ = session.said()
        #expect(throws: FormatFault.malformed(.uuid)) {
            try session.copyRow(to: unit) { (fields) throws(FormatFault) in
                fields.int4(1)
                try fields.uuid([UInt8]([1]).span)
            }
        }
        #expect(!session.hasOutput)
        session.failCopy(unit, reason: "no")
        #expect(session.said() == hex("66 00000007 6e6f00 53 00000004"))
        #expect(
            session.hear(Backend.error("57014") + Backend.idle)
                == ["finished 1 failed 57014 at 0 idle"])
    }

    @Test func `an error in the middle ends the unit, and data then goes nowhere`() {
        let (session, unit) = copying()
        _ = session.said()
        #expect(session.hear(Backend.error("23505")) == [])
        #expect(session.saidTypes() == "S" && !session.takesCopyData(unit))
        session.copyRow(to: unit) { $0.int4(1) }
        session.copy([1], to: unit)
        session.endCopy(unit)
        session.failCopy(unit, reason: "late")
        #expect(!session.hasOutput)
        #expect(session.hear(Backend.idle) == ["finished 1 failed 23505 at 0 idle"])
    }

    static let noCopies: [[UInt8]] = [
        Backend.error("42P01"), Backend.parsed + Backend.bound + Backend.complete("SELECT 0"),
    ]

    @Test(arguments: noCopies)
    func `a COPY that never begins is over all the same`(bytes: [UInt8]) {
        let session = readySession { $0.preparesByName = false }
        let unit = session.beginCopy(Self.intoTable)
        _ = session.said()
        _ = session.hear(bytes)
        #expect(session.saidTypes() == "S" && !session.takesCopyData(unit))
        #expect(session.hear(Backend.idle).last.map { $0.hasPrefix("finished 1") } == true)
    }

    @Test func `a long COPY keeps nothing of what is sent`() {
        let (session, unit) = copying()
        let piece = [UInt8](repeating: 7, count: 100_000)
        for _ in 0..<20 {
            session.copyRow(to: unit) { fields in
                fields.raw(piece.span)
                fields.null()
            }
            _ = session.said()
        }
        let count = session.session.outbox.bytes.count
        #expect(count <= 200_000)
        session.endCopy(unit)
    }

    @Test func `a COPY out gives rows and its end`() throws {
        let session = readySession { $0.preparesByName = false }
        PipelineTests.run(session, StatementShape("copy t to stdout (format binary)", use: .once))
        _ = session.said()
        let head = BinaryCopy.head
        #expect(
            session.hear(
                Backend.parsed + Backend.bound + Backend.message("H", hex("01 0001 0001"))
                    + Backend.message("d", head + hex("0001 00000001 61"))
                    + Backend.message("d", hex("ffff")) + Backend.message("c")
                    + Backend.complete("COPY 1") + Backend.idle) == [
                    "copyOut 1.0 1", "data 1.0 \(Hex.encode(head))00010000000161", "data 1.0 ffff",
                    "completed 1.0 copy 1", "finished 1 succeeded idle",
                ])
    }

    @Test func `binary pieces are rows`() throws {
        var reader = BinaryCopyReader()
        let first = BinaryCopy.head + hex("0002 00000001 61 ffffffff")
        let second = hex("0001 00000000")
        let third = hex("ffff")
        #expect(try count(first, &reader) == 2)
        #expect(try count(second, &reader) == 1)
        #expect(try count(third, &reader) == nil)
        #expect(reader.isOver)
        #expect(throws: WireFault.malformed(type: 0x64)) { try count(second, &reader) }
    }

    /// How many columns the row of a piece has.
    @discardableResult
    private func count(
        _ piece: [UInt8], _ reader: inout BinaryCopyReader
    ) throws(WireFault) -> Int? {
        guard let row = try reader.row(in: piece.span) else { return nil }
        return row.count
    }

    @Test(arguments: [
        "", "5047434f50590aff0d0a00", "5047434f50590aff0d0a00 00010000 00000000 ffff",
        "5047434f50590aff0d0a00 00000000 00000009 ffff",
        "5047434f50590aff0d0b00 00000000 00000000 ffff",
        "5047434f50590aff0d0a00 00000000 ffffffff ffff",
        "5047434f50590aff0d0a00 00000000 00000000 0001",
    ])
    func `pieces that are no binary COPY are refused`(bytes: String) {
        #expect(throws: WireFault.malformed(type: 0x64)) {
            var reader = BinaryCopyReader()
            try count(hex(bytes), &reader)
        }
    }

    @Test func `an extension of the head is skipped`() throws {
        var reader = BinaryCopyReader()
        let piece = hex("5047434f50590aff0d0a00 00000000 00000002 abcd 0001 00000000")
        #expect(try count(piece, &reader) == 1)
    }
}
