/// What a value is in another type, as the guide says: what somebody would read, and nothing is
/// rounded or cut off.
enum Conversion {
    case value(Cell)
    case none
    /// Nobody has said.
    case unsure
}

func convert(_ cell: Cell, _ former: Kind, _ kind: Kind) -> Conversion {
    if cell == .null || former == kind { return .value(cell) }
    if case .fresh = cell { return .unsure }
    if former.isJSON, kind.isJSON { return .value(cell) }
    switch (former, kind, cell) {
    case (.date, .timestamp, .text(let day)): return .value(.text(day + midnight))
    case (.timestamp, .date, .text(let moment)):
        return moment.hasSuffix(midnight)
            ? .value(.text(String(moment.dropLast(midnight.count)))) : .none
    case (.boolean, .integer, _), (.boolean, .integer32, _), (.boolean, .decimal(_, 0), _):
        return .value(cell)
    case (.bytes, .json, _), (.uuid, .json, _), (.timestamp, .json, _), (.date, .json, _),
        (.time, .json, _), (.text, .json, _):
        return text(of: cell, former).map { .value(.text(Cell.quoted($0))) } ?? .unsure
    case (.decimal(_, let scale), .json, .integer(let number)):
        return .value(.text(Cell.digits(number, scale)))
    case (_, .json, _):
        return text(of: cell, former).map { .value(.text($0)) } ?? .unsure
    case (.json, _, .text(let json)): return content(ofJSON: json, kind)
    default: break
    }
    if case .decimal(_, let scale) = former, kind == .text, case .integer(let number) = cell {
        return .value(.text(Cell.digits(number, scale)))
    }
    if former == .timestamp, kind == .text, case .text(let moment) = cell {
        return .value(
            .text(moment.replacing("T", with: " ").replacing("+00:00", with: "+00")))
    }
    guard let text = text(of: cell, former) else { return .unsure }
    return kind == .text ? .value(.text(text)) : read(text, kind, from: former)
}

private let midnight = "T00:00:00+00:00"

/// A JSON string's content, and the text of any other JSON.
private func content(ofJSON json: String, _ kind: Kind) -> Conversion {
    if json.hasPrefix("{") || json.hasPrefix("[") {
        // Any text may be the bytes of it, and engines put blanks otherwise.
        return kind == .text || kind == .bytes ? .unsure : .none
    }
    if json.hasPrefix("\"") {
        // Of those without escapes.
        if json.contains("\\") { return .unsure }
        let text = String(json.dropFirst().dropLast())
        return kind == .text ? .value(.text(text)) : read(text, kind, from: .text)
    }
    return kind == .text ? .value(.text(json)) : read(json, kind, from: .integer)
}

/// How a value is written; nil where nobody has said.
private func text(of cell: Cell, _ kind: Kind) -> String? {
    switch cell {
    case .null, .fresh: return nil
    case .integer(let number):
        if kind == .boolean { return number == 0 ? "false" : "true" }
        guard case .decimal(_, let scale) = kind, scale > 0 else { return "\(number)" }
        var digits = Cell.digits(number, scale)
        while digits.hasSuffix("0") { digits.removeLast() }
        return digits.hasSuffix(".") ? String(digits.dropLast()) : digits
    case .real(let number):
        guard abs(number) < 1e9 else { return nil }
        let whole = Int64(exactly: number)
        return whole.map(String.init) ?? "\(number)"
    case .text(let text): return text
    case .bytes(let bytes): return "\\x" + Cell.hex(bytes)
    }
}

private func read(_ text: String, _ kind: Kind, from former: Kind) -> Conversion {
    let isWhole = isNumber(text, digitsBehindPoint: 0...0)
    switch kind {
    case .integer, .integer32, .decimal:
        if !isNumber(text, digitsBehindPoint: 0...30) { return text == "" ? .none : odd(text) }
        return exact(text, scale: kind.scale ?? 0, kind)
    case .real:
        guard isNumber(text, digitsBehindPoint: 0...30), let number = Double(text) else {
            return odd(text)
        }
        if isWhole, let exactly = Int64(text) {
            return Int64(exactly: number) == exactly
                ? .value(.real(number)) : former == .text ? .unsure : .none
        }
        return text.count > 15 ? .unsure : .value(.real(number))
    case .boolean:
        let values: [String: Int64] = ["true": 1, "false": 0, "yes": 1, "no": 0, "1": 1, "0": 0]
        if let value = values[text] { return .value(.integer(value)) }
        return text.count < 6 && !isNumber(text, digitsBehindPoint: 0...9) ? .unsure : .none
    case .uuid:
        return text.count == 36 && text.hasPrefix("0000") ? .value(.text(text)) : odd(text)
    case .date, .time, .timestamp: return moment(text, kind, from: former)
    case .bytes: return .unsure
    case .text, .json: return .value(.text(text))
    }
}

/// What is plainly none, or what readers might make something of.
private func odd(_ text: String) -> Conversion {
    let isPlain = ["x", "it's", "ü", "{", "", "true", "false"].contains(text)
    return isPlain || text.hasPrefix("2026-") || text.hasPrefix("0000") ? .none : .unsure
}

private func moment(_ text: String, _ kind: Kind, from former: Kind) -> Conversion {
    let isDay = text.count == 10 && text.hasPrefix("2026-")
    let isMoment = text.hasPrefix("2026-") && text.contains("T") && text.hasSuffix("+00:00")
    let isTime = text.count >= 8 && !text.hasPrefix("2026-")
        && text.split(separator: ":").count == 3 && text.first?.isNumber == true
    switch kind {
    case .date where isDay, .timestamp where isMoment, .time where isTime:
        return .value(.text(text))
    case .date where isTime, .time where isDay: return former == .text ? .unsure : .none
    case .time where isMoment: return former == .timestamp ? .none : .unsure
    case .timestamp where isTime: return .none
    default: return ["x", "it's", "true", "false", ""].contains(text) ? .none : .unsure
    }
}

private func isNumber(_ text: String, digitsBehindPoint: ClosedRange<Int>) -> Bool {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), !parts[0].isEmpty else { return false }
    let behind = parts.count == 2 ? parts[1].count : 0
    if parts.count == 2, behind == 0 { return false }
    return digitsBehindPoint.contains(behind)
        && parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
}

/// A number without its point, if it has no more digits behind it.
private func exact(_ text: String, scale: Int, _ kind: Kind) -> Conversion {
    let parts = text.split(separator: ".")
    var behind = parts.count == 2 ? String(parts[1]) : ""
    while behind.hasSuffix("0") { behind.removeLast() }
    // Whether 3.0 is a whole number is the readers' own affair.
    if parts.count == 2, scale == 0, behind.isEmpty { return .unsure }
    if behind.count > scale { return .none }
    while behind.count < scale { behind += "0" }
    guard let number = Int64(parts[0] + behind) else { return .none }
    let cell = Cell.integer(number)
    return kind.holds(cell) ? .value(cell) : .none
}
