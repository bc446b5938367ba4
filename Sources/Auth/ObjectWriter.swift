import Bytes
import Diagnostics

/// Writes one JSON object, member by member, in the order of the calls.
struct ObjectWriter {
    private var bytes: [UInt8] = [ASCII.leftBrace]

    mutating func member(_ key: StaticString, string: String) {
        start(key)
        bytes.append(jsonString: string)
    }

    mutating func member(_ key: StaticString, integer: Int64) {
        start(key)
        bytes.append(decimal: integer)
    }

    mutating func member(_ key: StaticString, bool: Bool) {
        start(key)
        bytes.append(utf8: bool ? "true" : "false")
    }

    /// RFC 3339 with `Z`: some SDKs read nothing else (auth.md §1.3).
    mutating func member(_ key: StaticString, time: Instant) {
        member(key, string: time.rfc3339)
    }

    /// Left out when there is none.
    mutating func member(_ key: StaticString, time: Instant?) {
        if let time { member(key, time: time) }
    }

    /// A value that is JSON already.
    mutating func member(_ key: StaticString, raw: [UInt8]) {
        start(key)
        bytes.append(contentsOf: raw)
    }

    mutating func member(_ key: StaticString, raw: String) {
        start(key)
        bytes.append(utf8: raw)
    }

    consuming func finish() -> [UInt8] {
        bytes.append(ASCII.rightBrace)
        return bytes
    }

    private mutating func start(_ key: StaticString) {
        if bytes.count > 1 { bytes.append(ASCII.comma) }
        bytes.append(ASCII.quote)
        bytes.append(ascii: key)
        bytes.append(ASCII.quote)
        bytes.append(ASCII.colon)
    }
}
