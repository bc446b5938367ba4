import Bytes
import Diagnostics
import HTTP
import Query
import Store
import Values

/// The operand of a parameter that is left out of a plan's key.
struct MaskedOperand {
    /// The parameter's place in the query string.
    let parameter: Int
    /// The operand, percent-encoded.
    let raw: ArraySlice<UInt8>

    /// The operand as it is meant. Escapes were checked when the key was made.
    var text: String {
        guard raw.contains(where: { $0 == ASCII.percent || $0 == ASCII.plus }) else {
            return String(utf8: raw)
        }
        return String(utf8: PercentEncoding.decode(raw, plusIsSpace: true) ?? [])
    }

    /// One to eighteen digits, as most keys are: what any integer type reads alike.
    private var isPlainInteger: Bool {
        1...18 ~= raw.count && raw.allSatisfy(ASCII.isDigit)
    }

    /// The number of at most eighteen digits.
    var number: Int {
        raw.reduce(0) { $0 * 10 + Int($1 &- ASCII.zero) }
    }

    /// The operand as a statement takes it.
    func value(_ content: ArgumentSlot.Source.Content) throws(Problem) -> Value {
        switch content {
        case .value(.integer) where isPlainInteger: .integer(Int64(number))
        case .value(let type): try type.parse(comparand: text)
        case .number(let max): .integer(Int64(min(number, max)))
        }
    }
}

/// What makes two requests the same but for their values: the text of the request with the operands
/// of plain comparisons, `limit` and `offset` taken out, of a body the keys of its first row, and
/// whether the caller is judged by rules.
///
/// Made from the raw bytes, so that a request whose plan is known is not parsed but for its body.
struct PlanKey {
    private(set) var bytes: [UInt8] = []
    private(set) var operands: [MaskedOperand] = []

    /// Nil when the request is not one whose plan is kept.
    init?(_ request: borrowing Request, table: ArraySlice<UInt8>, isService: Bool) {
        let query = request.rawQuery
        guard Self.use(of: request, table: table) == .kept, request.fieldBytes("range") == nil
        else { return nil }
        let isRead = request.method == .get || request.method == .head
        bytes.reserveCapacity(256)
        bytes.append(isService ? 1 : 0)
        if !isRead { bytes.append(contentsOf: request.method.name.utf8) }
        bytes.append(0)
        bytes.append(contentsOf: table)
        appendField(request.fieldBytes("accept"))
        appendField(request.fieldBytes(isRead ? "accept-profile" : "content-profile"))
        request.head.forEachValue(of: "prefer") { appendField($0) }
        bytes.append(0)
        guard appendQuery(query), bytes.count <= RESTLimits.planKeyBytesMax else { return nil }
    }

    /// Whether the statements of a request are likely to be run again: not those of one that is too
    /// long for its plan to be kept.
    static func use(of request: borrowing Request, table: ArraySlice<UInt8>) -> StatementUse {
        request.rawQuery.count + table.count < RESTLimits.planKeyBytesMax ? .kept : .once
    }

    /// Adds the keys of a body's first row, which name the columns that a write gives.
    ///
    /// - Returns: false for bodies whose plans are not kept.
    mutating func append(keysOf payload: Payload) -> Bool {
        guard let row = payload.rows.first, row.kind == .object else { return false }
        bytes.append(0)
        for member in row.members {
            bytes.append(contentsOf: member.key.raw)
            if bytes.count > RESTLimits.planKeyBytesMax { return false }
        }
        return bytes.count <= RESTLimits.planKeyBytesMax
    }

    /// Adds a field with a mark in front that no field holds: 0 for none, 1 for one, also if it is
    /// empty.
    private mutating func appendField(_ value: ArraySlice<UInt8>?) {
        bytes.append(value == nil ? 0 : 1)
        if let value { bytes.append(contentsOf: value) }
    }

    /// False when an operand holds a broken escape, or that of a NUL, which no text holds.
    private mutating func appendQuery(_ query: ArraySlice<UInt8>) -> Bool {
        for (index, part) in QueryString.parts(of: query).enumerated() {
            if let cut = Self.operandStart(part) {
                let operand = part[cut...]
                guard Self.hasSoundEscapes(operand) else { return false }
                bytes.append(contentsOf: part[..<cut])
                bytes.append(1)
                operands.append(MaskedOperand(parameter: index, raw: operand))
            } else {
                bytes.append(contentsOf: part)
            }
            bytes.append(ASCII.ampersand)
        }
        return true
    }

    private static func hasSoundEscapes(_ raw: ArraySlice<UInt8>) -> Bool {
        var rest = raw
        while let percent = rest.firstIndex(of: ASCII.percent) {
            guard let byte = PercentEncoding.escape(at: percent, in: raw), byte != 0 else {
                return false
            }
            rest = raw[(percent + 3)...]
        }
        return true
    }

    /// Where the operand of `name=op.operand`, `limit=n` or `offset=n` starts; nil when the
    /// parameter is kept whole.
    private static func operandStart(_ part: ArraySlice<UInt8>) -> Int? {
        var lastName = part.startIndex
        var index = part.startIndex
        while index < part.endIndex, part[index] != ASCII.equals {
            let byte = part[index]
            if byte == ASCII.dot {
                lastName = index + 1
            } else if !ASCII.isLetter(byte), !ASCII.isDigit(byte), byte != ASCII.underscore {
                return nil
            }
            index += 1
        }
        guard index < part.endIndex else { return nil }
        let name = part[lastName..<index]
        let value = part[(index + 1)...]
        switch ParameterWord(name.span) {
        case .limit, .offset: return isPlainCount(value) ? value.startIndex : nil
        case .select, .columns, .onConflict, .order, .and, .or: return nil
        case nil: return operandAfterOperator(value)
        }
    }

    /// One to nine digits, the first not 0.
    private static func isPlainCount(_ value: ArraySlice<UInt8>) -> Bool {
        guard let first = value.first, first != ASCII.zero, value.count <= 9 else { return false }
        return value.allSatisfy(ASCII.isDigit)
    }

    private static func operandAfterOperator(_ value: ArraySlice<UInt8>) -> Int? {
        guard let dot = value.prefix(longestWord + 1).firstIndex(of: ASCII.dot) else { return nil }
        let word = value[..<dot]
        return words.contains { $0.elementsEqual(word) } ? dot + 1 : nil
    }

    /// The operators whose operands are left out.
    private static let words = Operator.all.filter(\.isLeftOutOfPlanKeys).map {
        Array($0.word.utf8)
    }
    private static let longestWord = words.map(\.count).max() ?? 0
}
