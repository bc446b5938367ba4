import Bytes
public import Diagnostics

// Text to value (rest.md §5.1). One function per type, named as PostgreSQL names its input
// function.

extension ColumnType {
    /// The value that `text` spells.
    ///
    /// - Throws: 22P02 not of the form, 22003 out of range, 22007 and 22008 for dates and times,
    ///   22021 for a NUL byte in text, 22023 for bad hexadecimal, 22P05 for a NUL in JSON.
    public func parse(_ text: String) throws(Problem) -> Value {
        switch self {
        case .text: try parseText(text)
        case .uuid: try parseUUID(text)
        case .timestamp: try parseTimestamp(text)
        case .date: try parseDate(text)
        case .time: try parseTime(text)
        case .decimal(let precision, let scale):
            try parseDecimal(text, precision: precision, scale: scale)
        case .integer: try parseInteger(text, in: Int64.min...Int64.max)
        case .integer32: try parseInteger(text, in: Int64(Int32.min)...Int64(Int32.max))
        case .real: try parseReal(text)
        case .boolean: try parseBoolean(text)
        case .json: try parseJSON(Array(text.utf8))
        case .bytes: try parseBytes(text)
        }
    }

    /// The value to compare a column of this type with.
    ///
    /// Like `parse`, but a decimal that the column could not hold (too many digits before or after
    /// the point, an infinity) becomes the nearest scaled double instead of being rounded or
    /// refused: `price=eq.10.555` finds nothing and `price=lt.1e30` finds everything.
    public func parse(comparand text: String) throws(Problem) -> Value {
        guard case .decimal(_, let scale) = self else { return try parse(text) }
        if let infinity = infinity(text) { return .real(infinity) }
        guard let number = DecimalText(text) else {
            throw .invalidSyntax(type: formalName, value: text)
        }
        if number.isWhole(scale: scale),
            let exact = number.scaled(precision: Self.decimalPrecisionMax, scale: scale)
        {
            return .integer(exact)
        }
        return .real(number.nearestDouble(scale: scale))
    }

    private func parseText(_ text: String) throws(Problem) -> Value {
        if text.hasNUL { throw .nulByte }
        return .text(text)
    }

    /// Digits in pairs, a dash allowed after every second pair, braces around all (uuid.c
    /// `string_to_uuid`).
    private func parseUUID(_ text: String) throws(Problem) -> Value {
        var rest = Array(text.utf8)[...]
        let isBraced = rest.first == ASCII.leftBrace
        if isBraced { rest.removeFirst() }
        var out: [UInt8] = []
        out.reserveCapacity(36)
        for pair in 0..<16 {
            if pair == 4 || pair == 6 || pair == 8 || pair == 10 { out.append(ASCII.minus) }
            for _ in 0..<2 {
                guard let byte = rest.popFirst(), ASCII.hexValue(byte) != nil else {
                    throw .invalidSyntax(type: formalName, value: text)
                }
                out.append(ASCII.lowercased(byte))
            }
            if rest.first == ASCII.minus, pair % 2 == 1, pair < 15 { rest.removeFirst() }
        }
        if isBraced, rest.popFirst() != ASCII.rightBrace {
            throw .invalidSyntax(type: formalName, value: text)
        }
        guard rest.isEmpty else { throw .invalidSyntax(type: formalName, value: text) }
        return .text(String(utf8: out))
    }

    private func parseTimestamp(_ text: String) throws(Problem) -> Value {
        do throws(TimestampError) {
            let instant = try Instant(parsing: text)
            // Beyond four-digit years the stored text would not sort.
            guard instant >= Self.firstInstant, instant < Self.endInstant else { throw .outOfRange }
            return .text(instant.postgres)
        } catch {
            throw .badTime(error, type: formalName, value: text)
        }
    }

    private static let firstInstant = Instant(seconds: -62_135_596_800)  // 0001-01-01T00:00:00Z
    private static let endInstant = Instant(seconds: 253_402_300_800)  // 10000-01-01T00:00:00Z

    private func parseDate(_ text: String) throws(Problem) -> Value {
        do throws(TimestampError) {
            let date = try CivilDate(parsing: text)
            guard (1...9999).contains(date.year) else { throw .outOfRange }
            var out: [UInt8] = []
            date.append(to: &out)
            return .text(String(utf8: out))
        } catch {
            throw .badTime(error, type: formalName, value: text)
        }
    }

    private func parseTime(_ text: String) throws(Problem) -> Value {
        do throws(TimestampError) {
            return .text(try TimeOfDay(parsing: text).text)
        } catch {
            throw .badTime(error, type: formalName, value: text)
        }
    }

    private func parseDecimal(_ text: String, precision: Int, scale: Int) throws(Problem) -> Value {
        if infinity(text) != nil {
            throw .numericCannotHold("an infinite value", precision: precision, scale: scale)
        }
        if isNaN(text) { throw .numericCannotHold("NaN", precision: precision, scale: scale) }
        guard let number = DecimalText(text) else {
            throw .invalidSyntax(type: formalName, value: text)
        }
        let digits = min(precision, Self.decimalPrecisionMax)
        guard let value = number.scaled(precision: digits, scale: scale) else {
            throw .numericOverflow(precision: precision, scale: scale)
        }
        return .integer(value)
    }

    private func parseInteger(_ text: String, in range: ClosedRange<Int64>) throws(Problem) -> Value
    {
        var rest = Array(text.utf8).trimming(ASCII.isSpace)
        let isNegative = rest.first == ASCII.minus
        if isNegative || rest.first == ASCII.plus { rest.removeFirst() }
        guard !rest.isEmpty, rest.allSatisfy(ASCII.isDigit) else {
            throw .invalidSyntax(type: formalName, value: text)
        }
        var value: Int64 = 0
        for byte in rest {
            let digit = Int64(byte - ASCII.zero)
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(isNegative ? -digit : digit)
            if overflow || carry { throw .outOfRange(type: formalName, value: text) }
            value = sum
        }
        guard range.contains(value) else { throw .outOfRange(type: formalName, value: text) }
        return .integer(value)
    }

    private func parseReal(_ text: String) throws(Problem) -> Value {
        if let infinity = infinity(text) { return .real(infinity) }
        if isNaN(text) { throw .outOfRange(type: formalName, value: text) }
        guard let number = DecimalText(text), let value = Double(text.trimming(ASCII.isSpace))
        else { throw .invalidSyntax(type: formalName, value: text) }
        let isUnderflow = value == 0 && !number.digits.isEmpty
        if value.isInfinite || isUnderflow { throw .outOfRange(type: formalName, value: text) }
        return .real(value)
    }

    private func parseBoolean(_ text: String) throws(Problem) -> Value {
        guard let truth = BooleanText.truth(of: text.trimming(ASCII.isSpace)) else {
            throw .invalidSyntax(type: formalName, value: text)
        }
        return Value(truth)
    }

    func parseJSON(_ bytes: [UInt8]) throws(Problem) -> Value {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: bytes, depthMax: ValueLimits.jsonDepthMax)
        } catch {
            throw .invalidJSON(details: error.message)
        }
        return try canonical(document.root)
    }

    private func parseBytes(_ text: String) throws(Problem) -> Value {
        do throws(ByteaFault) {
            return .blob(try ByteaText.decode(text))
        } catch {
            throw .badBytes(error)
        }
    }

    /// Without blanks, in lower case; empty for what is longer than any word.
    private func word(_ text: String) -> String {
        let word = text.utf8.trimming(ASCII.isSpace)
        return word.count > "-infinity".utf8.count
            ? "" : String(utf8: word.map(ASCII.lowercased))
    }

    private func infinity(_ text: String) -> Double? {
        var word = self.word(text)
        let isNegative = word.hasPrefix("-")
        if isNegative || word.hasPrefix("+") { word.removeFirst() }
        guard word == "infinity" || word == "inf" else { return nil }
        return isNegative ? -.infinity : .infinity
    }

    private func isNaN(_ text: String) -> Bool {
        word(text) == "nan"
    }
}
