// Equality of JSON values: that of JSON Schema (core §4.2.2) and of PostgreSQL's `jsonb`. There is
// one, in SQL, in memory and in schemas.

extension JSONValue {
    /// The bytes that two values share exactly if they are equal: numbers by value, strings by
    /// their characters, members in any order.
    public var equalityKey: [UInt8] {
        var key: [UInt8] = []
        key.append(jsonKey: canonical.span)
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
        reserveCapacity(count + json.count)
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

private enum JSONKey {
    static func endOfString(_ json: Span<UInt8>, from start: Int) -> Int {
        var index = start + 1
        while index < json.count, json[index] != ASCII.quote {
            index += json[index] == ASCII.backslash ? 2 : 1
        }
        return min(index + 1, json.count)
    }

    static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case ASCII.zero...ASCII.nine, ASCII.minus, ASCII.plus, ASCII.dot, UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// The digits without zeros at either end and the power of ten of the last: `-10.50` is
    /// `-105e-1`. Exponents that no number of PostgreSQL has stay as they are written.
    static func append(number: Span<UInt8>, to key: inout [UInt8]) {
        let start = key.count
        if number[0] == ASCII.minus { key.append(ASCII.minus) }
        let firstDigit = key.count
        var power = 0
        var isFraction = false
        var index = firstDigit - start
        while index < number.count, number[index] | 0x20 != UInt8(ascii: "e") {
            if number[index] == ASCII.dot {
                isFraction = true
            } else {
                if isFraction { power -= 1 }
                if number[index] != ASCII.zero || key.count > firstDigit {
                    key.append(number[index])
                }
            }
            index += 1
        }
        while key.count > firstDigit, key[key.count - 1] == ASCII.zero {
            key.removeLast()
            power += 1
        }
        if key.count == firstDigit {
            key.removeSubrange(start...)
            key.append(ASCII.zero)
        } else if let exponent = exponent(number.extracting(min(index + 1, number.count)...)) {
            guard power + exponent != 0 else { return }
            key.append(UInt8(ascii: "e"))
            key.append(decimal: power + exponent)
        } else {
            key.removeSubrange(start...)
            key.append(span: number)
        }
    }

    /// What follows the `e`, 0 when nothing does; nil beyond nine digits.
    static func exponent(_ text: Span<UInt8>) -> Int? {
        var magnitude = 0
        for index in text.indices where ASCII.isDigit(text[index]) {
            magnitude = magnitude * 10 + Int(text[index] - ASCII.zero)
            guard magnitude < 1_000_000_000 else { return nil }
        }
        return text.count > 0 && text[0] == ASCII.minus ? -magnitude : magnitude
    }
}
