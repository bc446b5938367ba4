import Bytes

@testable import PostgresWire

/// The bytes that two hexadecimal digits each spell; blanks do not count.
func hex(_ text: String) -> [UInt8] { Hex.decode(text.utf8.filter { $0 != 0x20 }) ?? [] }

/// Messages of a server, made by hand.
enum Backend {
    static func message(_ type: Unicode.Scalar, _ body: [UInt8] = []) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(message: type) { $0 += body }
        return bytes
    }

    static func strings(_ texts: String...) -> [UInt8] { texts.flatMap { Array($0.utf8) + [0] } }

    static func number<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: number)
        return bytes
    }

    static let authenticationOk = message("R", number(Int32(0)))
    static let parsed = message("1")
    static let bound = message("2")
    static let closed = message("3")
    static let noData = message("n")
    static let suspended = message("s")
    static let emptyQuery = message("I")
    static let idle = ready("I")

    static func ready(_ status: Unicode.Scalar) -> [UInt8] {
        message("Z", [UInt8(truncatingIfNeeded: status.value)])
    }

    static func setting(_ name: String, _ value: String) -> [UInt8] {
        message("S", strings(name, value))
    }

    static func complete(_ tag: String) -> [UInt8] { message("C", strings(tag)) }

    static func row(_ values: [String?]) -> [UInt8] {
        var body = number(UInt16(values.count))
        for value in values {
            body += number(Int32(value?.utf8.count ?? -1))
            body += Array((value ?? "").utf8)
        }
        return message("D", body)
    }

    static func columns(_ names: [String], type: TypeOID = .text) -> [UInt8] {
        var body = number(UInt16(names.count))
        for name in names {
            body += strings(name) + number(UInt32(0)) + number(Int16(0)) + number(type.rawValue)
            body += number(Int16(-1)) + number(Int32(-1)) + number(Int16(1))
        }
        return message("T", body)
    }

    static func error(
        _ code: String, severity: String = "ERROR", _ more: [(Unicode.Scalar, String)] = [],
        type: Unicode.Scalar = "E"
    ) -> [UInt8] {
        var body: [UInt8] = []
        for (field, text) in [("S", severity), ("V", severity), ("C", code), ("M", "no")] + more {
            body.append(UInt8(truncatingIfNeeded: field.value))
            body += strings(text)
        }
        return message(type, body + [0])
    }

    /// All that a trusting server says at the start.
    static let start =
        authenticationOk + setting("server_encoding", "UTF8") + setting("TimeZone", "UTC")
        + message("K", number(Int32(7)) + [1, 2, 3, 4]) + idle
}

/// A session that has begun; its start-up packet is taken.
func readySession(
    _ change: (inout SessionConfiguration) -> Void = { _ in }
) -> HeldSession {
    var configuration = SessionConfiguration(user: "apus", transport: .unixSocket)
    change(&configuration)
    let session = HeldSession(configuration)
    _ = session.said()
    _ = session.hear(Backend.start)
    return session
}

extension PostgresSession {
    /// An event in words. Steps are `unit.step`.
    func describe(_ event: SessionEvent) -> String {
        switch event {
        case .deriveKeys: "derive"
        case .ready: "ready"
        case .columns(let step, let place):
            "columns \(step.words) "
                + columns(place).map { "\($0.name):\($0.type.name ?? "?")" }.joined(separator: " ")
        case .row(let step, let place):
            "row \(step.words) "
                + values(place).map { $0.map(Self.words) ?? "NULL" }.joined(separator: " ")
        case .rowTooLong(let step, let count): "row too long \(step.words), \(count) bytes"
        case .completed(let step, let tag):
            "completed \(step.words) \(tag.command)\(tag.rowCount.map { " \($0)" } ?? "")"
        case .suspended(let step): "suspended \(step.words)"
        case .copyIn(let step, let format): "copyIn \(step.words) \(format.columnCount)"
        case .copyOut(let step, let format): "copyOut \(step.words) \(format.columnCount)"
        case .copyData(let step, let place): "data \(step.words) \(Hex.encode(bytes(place).copied))"
        case .finished(let unit, let outcome): "finished \(unit.number) \(outcome.words)"
        case .notice(let notice): "notice \(notice.severity) \(notice.sqlState)"
        case .notification(let note): "notification \(note.channel) \(note.payload)"
        case .setting(let setting): "setting \(setting.name)"
        case .namedStatementsLost: "names lost"
        case .ended(let end): "ended \(end.words)"
        }
    }

    /// The values of a row.
    func values(_ place: Range<Int>) -> [[UInt8]?] {
        var row = row(place)
        var values: [[UInt8]?] = []
        while !row.isAtEnd { values.append(row.next()?.copied) }
        return values
    }

    /// Printable text as it is, other bytes in hexadecimal.
    private static func words(_ bytes: [UInt8]) -> String {
        bytes.allSatisfy { (0x20..<0x7F).contains($0) }
            ? "'\(String(utf8: bytes))'" : Hex.encode(bytes)
    }
}

extension Step {
    var words: String { "\(unit.number).\(index)" }
}

extension UnitOutcome {
    var words: String {
        switch self {
        case .succeeded(let status): "succeeded \(status)"
        case .failed(let error, let step, let status):
            "failed \(error.sqlState) at \(step.map { "\($0.index)" } ?? "sync") \(status)"
        case .stale(let error, let step, let status):
            "stale \(error.sqlState) at \(step.map { "\($0.index)" } ?? "sync") \(status)"
        case .lost(let mayHaveRun): mayHaveRun ? "lost, may have run" : "lost, has not run"
        }
    }
}

extension SessionEnd {
    var words: String {
        switch self {
        case .server(let error): "server \(error.severity) \(error.sqlState)"
        case .fault(let fault): "fault \(fault)"
        case .connectionLost: "connection lost"
        case .terminated: "terminated"
        }
    }
}

/// The type bytes of a client's messages, one after the other.
func messageTypes(_ bytes: [UInt8]) -> String {
    var types = ""
    var index = 0
    while index + 5 <= bytes.count {
        types.append(Character(Unicode.Scalar(bytes[index])))
        index += 1 + Int(bytes.span.bigEndian(at: index + 1, as: Int32.self))
    }
    return index == bytes.count ? types : types + "?"
}
