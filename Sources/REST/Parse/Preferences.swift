import Bytes
import HTTP

/// The `Prefer` header (rest.md §13): the first of each preference counts, unknown ones are kept to
/// be refused under `handling=strict`.
struct Preferences: Hashable, Sendable {
    enum Resolution: String, Hashable, Sendable {
        case merge = "merge-duplicates"
        case ignore = "ignore-duplicates"
    }
    enum Missing: String, Hashable, Sendable { case `default`, null }
    enum Return: String, Hashable, Sendable {
        case minimal, representation
        case headersOnly = "headers-only"
    }
    enum Count: String, Hashable, Sendable { case exact, planned, estimated }
    enum Handling: String, Hashable, Sendable { case strict, lenient }

    var resolution: Resolution?
    var missing: Missing?
    var `return`: Return?
    var count: Count?
    var handling: Handling?
    var maxAffected: Int?
    var unknown: [String] = []

    init() {}

    init(_ fields: [String]) {
        for field in fields {
            for part in field.utf8.split(separator: UInt8(ascii: ",")) {
                take(String(Substring(part.trimming(ASCII.isBlank))))
            }
        }
    }

    private mutating func take(_ preference: String) {
        guard !preference.isEmpty else { return }
        let halves = preference.split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(halves[0]).trimming(ASCII.isBlank).lowercased()
        let value = halves.count == 2 ? String(halves[1]).trimming(ASCII.isBlank) : ""
        var isKnown = true
        switch name {
        case "resolution": isKnown = Self.keep(&resolution, Resolution(rawValue: value))
        case "missing": isKnown = Self.keep(&missing, Missing(rawValue: value))
        case "return": isKnown = Self.keep(&`return`, Return(rawValue: value))
        case "count": isKnown = Self.keep(&count, Count(rawValue: value))
        case "handling": isKnown = Self.keep(&handling, Handling(rawValue: value))
        case "max-affected":
            isKnown = Self.keep(&maxAffected, Int(value).flatMap { $0 >= 0 ? $0 : nil })
        case "tx" where value == "commit" || value == "rollback": break
        default: isKnown = false
        }
        if !isKnown { unknown.append(preference) }
    }

    /// The first occurrence counts. False when the value is none of the preference's.
    private static func keep<Value>(_ place: inout Value?, _ value: Value?) -> Bool {
        guard let value else { return false }
        if place == nil { place = value }
        return true
    }

    var isStrict: Bool { handling == .strict }

    /// What `Preference-Applied` says, in the order clients know. `tx` is never applied: the server
    /// does not let callers end its transactions.
    ///
    /// - Parameter action: Nil for reads.
    func applied(to action: WriteAction?, resolvesConflicts: Bool) -> String? {
        var applied: [String] = []
        switch action {
        case .insert:
            if let resolution, resolvesConflicts {
                applied.append("resolution=\(resolution.rawValue)")
            }
            if let missing { applied.append("missing=\(missing.rawValue)") }
            if let `return` { applied.append("return=\(`return`.rawValue)") }
        case .update:
            if let missing { applied.append("missing=\(missing.rawValue)") }
            if let `return` { applied.append("return=\(`return`.rawValue)") }
        case .delete:
            if let `return` { applied.append("return=\(`return`.rawValue)") }
        case nil: break
        }
        if let count { applied.append("count=\(count.rawValue)") }
        if let handling { applied.append("handling=\(handling.rawValue)") }
        if let maxAffected, isStrict, action == .update || action == .delete {
            applied.append("max-affected=\(maxAffected)")
        }
        return applied.isEmpty ? nil : applied.joined(separator: ", ")
    }
}
