/// Whether text is in the Stream-Safe Text Format (UAX #15 §13): nowhere more than 30 marks on one
/// character.
///
/// Swift compares and hashes texts by their canonical form, for which it sorts the marks of each
/// character in time that grows with the square of their number: 100,000 of them, a body of 200 kB,
/// hold a thread up for seconds. So what is sent as names and words is looked at as it comes in, in
/// the form that it has then; values, which may be anything, are compared by their bytes.
public enum StreamSafeText {
    /// Marks that may follow one another.
    public static let marksMax = 30

    /// Whether a text in UTF-8 is in the format. Malformed bytes are no marks.
    public static func holds(_ text: Span<UInt8>) -> Bool {
        var run = MarkRun()
        var index = 0
        while index < text.count, run.isBounded { run.take(text, at: &index) }
        return run.isBounded
    }

    /// Whether all texts in a JSON text are, with its escapes read.
    public static func holds(json: Span<UInt8>) -> Bool {
        var run = MarkRun()
        var index = 0
        while index < json.count, run.isBounded {
            if json[index] == ASCII.backslash {
                run.takeEscape(json, at: &index)
            } else {
                run.take(json, at: &index)
            }
        }
        return run.isBounded
    }

    /// Whether a text is when it is percent-decoded.
    public static func holds(percentEncoded text: ArraySlice<UInt8>) -> Bool {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let escaped =
                text[index] == ASCII.percent ? PercentEncoding.escape(at: index, in: text) : nil
            decoded.append(escaped ?? text[index])
            index += escaped == nil ? 1 : 3
        }
        return holds(decoded.span)
    }
}

/// The marks that have come one behind the other.
private struct MarkRun {
    private var count = 0

    var isBounded: Bool { count <= StreamSafeText.marksMax }

    /// Takes the character at a place.
    mutating func take(_ text: Span<UInt8>, at index: inout Int) {
        let first = text[index]
        guard first >= 0xCC else {
            // No mark is shorter than U+0300.
            count = 0
            index += 1
            return
        }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard index + length <= text.count else {
            index = text.count
            return
        }
        var value = UInt32(first) & (first < 0xE0 ? 0x1F : first < 0xF0 ? 0x0F : 0x07)
        for place in index + 1..<index + length {
            value = value << 6 | UInt32(text[place] & 0x3F)
        }
        index += length
        take(value)
    }

    /// Takes an escape of JSON, with its other half if it is the first of two.
    mutating func takeEscape(_ json: Span<UInt8>, at index: inout Int) {
        guard let first = Self.unit(json, at: index) else {
            count = 0
            index += 2
            return
        }
        index += 6
        if 0xD800..<0xDC00 ~= first, let second = Self.unit(json, at: index),
            0xDC00..<0xE000 ~= second
        {
            index += 6
            take(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        } else {
            take(first)
        }
    }

    private mutating func take(_ value: UInt32) {
        guard let scalar = Unicode.Scalar(value), Self.isMark(scalar) else { return count = 0 }
        count += 1
    }

    /// Whether it is sorted among those beside it, or decomposes to such.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.canonicalCombiningClass != .notReordered
            || [0x0F73, 0x0F75, 0x0F81].contains(scalar.value)
    }

    /// The number in `\u0301`; nil for other escapes.
    private static func unit(_ json: Span<UInt8>, at index: Int) -> UInt32? {
        guard index + 6 <= json.count, json[index] == ASCII.backslash,
            json[index + 1] == UInt8(ascii: "u")
        else { return nil }
        var value: UInt32 = 0
        for place in index + 2..<index + 6 {
            guard let digit = ASCII.hexValue(json[place]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
