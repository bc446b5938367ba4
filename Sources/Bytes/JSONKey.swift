// Equality of JSON values: that of JSON Schema (core §4.2.2) and of PostgreSQL's `jsonb`. There is
// one, in SQL, in memory and in schemas.

extension JSONValue {
    /// The bytes that two values share exactly if they are equal: numbers by value, strings by
    /// their characters, members in any order.
    public var equalityKey: [UInt8] {
        var key: [UInt8] = []
        var writer = CanonicalWriter(numbers: .key)
        writer.append(self, to: &key)
        return key
    }
}

extension String {
    /// The text that two canonical JSON texts share exactly if their values are equal; see
    /// ``JSONValue/equalityKey``.
    public init(jsonKey canonical: String) {
        var key: [UInt8] = []
        key.append(jsonKey: canonical.utf8Span.span)
        self.init(utf8: key)
    }
}

extension [UInt8] {
    /// Appends canonical JSON with its numbers in the form that equal ones share, so that `1`,
    /// `1.0` and `10e-1` are one, and all else as it is.
    fileprivate mutating func append(jsonKey json: Span<UInt8>) {
        makeRoom(for: json.count)
        var index = 0
        while index < json.count {
            let start = index
            switch json[index] {
            case ASCII.quote:
                index = JSONKey.endOfString(json, from: start)
                append(span: json.extracting(start..<index))
            case ASCII.minus, ASCII.zero...ASCII.nine:
                while index < json.count, JSONKey.isOfNumber(json[index]) { index += 1 }
                JSONKey.append(number: json.extracting(start..<index), to: &self)
            default:
                append(json[index])
                index += 1
            }
        }
    }
}

enum JSONKey {
    fileprivate static func endOfString(_ json: Span<UInt8>, from start: Int) -> Int {
        var index = start + 1
        while index < json.count, json[index] != ASCII.quote {
            index += json[index] == ASCII.backslash ? 2 : 1
        }
        return min(index + 1, json.count)
    }

    fileprivate static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case ASCII.zero...ASCII.nine, ASCII.minus, ASCII.plus, ASCII.dot, UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// The digits without zeros at either end and the power of ten of the last: `-10.50` is
    /// `-105e-1`. Exponents that no number of PostgreSQL has stay as they are written.
    static func append(number text: Span<UInt8>, to key: inout [UInt8]) {
        let number = JSONNumber(text)
        guard !number.isZero else { return key.append(ASCII.zero) }
        guard let exponent = number.exponent else { return key.append(span: text) }
        if number.isNegative { key.append(ASCII.minus) }
        for place in number.leadingZeroCount..<number.digitCount {
            key.append(number.digit(place, of: text))
        }
        var power = exponent + number.wholeCount - number.digitCount
        while key[key.count - 1] == ASCII.zero {
            key.removeLast()
            power += 1
        }
        guard power != 0 else { return }
        key.append(UInt8(ascii: "e"))
        key.append(decimal: power)
    }
}
