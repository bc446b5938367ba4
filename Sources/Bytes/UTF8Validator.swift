/// Whole-buffer UTF-8 validation (RFC 3629 §4).
public enum UTF8Check {
    /// Whether `bytes` are well-formed UTF-8 from end to end.
    public static func isValid(_ bytes: Span<UInt8>) -> Bool {
        var validator = UTF8Validator()
        return validator.consume(bytes) && validator.isComplete
    }
}

/// Validates UTF-8 that arrives in pieces (RFC 3629 §4), as WebSocket fragments do.
///
/// The state is what may follow: how many continuation bytes are still owed, and the range that the
/// first of them must lie in (which is what rules out overlong forms and surrogates).
public struct UTF8Validator: Sendable {
    private var owed: UInt8 = 0
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// A validator at the start of a text.
    public init() {}

    /// Whether the bytes so far end on a character boundary.
    public var isComplete: Bool { owed == 0 }

    /// Reads on; false as soon as no continuation could make the text well-formed.
    public mutating func consume(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        while index < bytes.count {
            if owed == 0, bytes.isASCII(at: index) {
                index &+= 8
                continue
            }
            let byte = bytes[index]
            index &+= 1
            if owed == 0 {
                if byte < 0x80 { continue }
                guard begin(byte) else { return false }
            } else {
                guard byte >= lowest && byte <= highest else { return false }
                owed -= 1
                lowest = 0x80
                highest = 0xBF
            }
        }
        return true
    }

    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xC2...0xDF: owed = 1
        case 0xE0...0xEF:
            owed = 2
            if byte == 0xE0 { lowest = 0xA0 }
            if byte == 0xED { highest = 0x9F }
        case 0xF0...0xF4:
            owed = 3
            if byte == 0xF0 { lowest = 0x90 }
            if byte == 0xF4 { highest = 0x8F }
        default: return false
        }
        return true
    }
}
