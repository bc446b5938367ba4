extension RateLimit: CustomStringConvertible {
    /// Reads a rate as settings have it, such as `10/s`, `150/5m` or `150/5m burst 30`; nil when it
    /// is none. Without a burst, what comes in a period may come at once.
    public init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 1 || words.count == 3 && words[1] == "burst" else { return nil }
        let parts = words[0].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Self.number(parts[0]),
            let seconds = Self.seconds(of: parts[1]),
            let burst = words.count == 3 ? Self.number(words[2]) : count
        else { return nil }
        self.init(burst: burst, count: count, seconds: seconds)
    }

    /// As settings have it: `150/5m burst 30`.
    public var description: String {
        let unit = Self.units.first { seconds.isMultiple(of: $0.seconds) } ?? ("s", 1)
        let periods = seconds / unit.seconds
        let period = periods == 1 ? "\(unit.letter)" : "\(periods)\(unit.letter)"
        return "\(count)/\(period)" + (burst == count ? "" : " burst \(burst)")
    }

    /// What a rate is, as in `must be …`.
    public static let wording =
        "a rate, such as \"10/s\" or \"150/5m burst 30\", with s, m, h or d"

    /// The same as a regular expression of JSON Schema.
    public static let pattern =
        "^[1-9][0-9]{0,8}/([1-9][0-9]{0,3})?[smhd]( burst [1-9][0-9]{0,8})?$"

    private static let units: [(letter: Character, seconds: Int)] = [
        ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]

    private static func seconds(of period: Substring) -> Int? {
        guard let unit = units.first(where: { $0.letter == period.last }) else { return nil }
        if period.count == 1 { return unit.seconds }
        guard period.count <= 5, let periods = number(period.dropLast()) else { return nil }
        return periods * unit.seconds
    }

    /// A positive number without a sign or leading zeros, small enough to be added up.
    private static func number(_ text: Substring) -> Int? {
        guard let first = text.utf8.first, first != UInt8(ascii: "0"), text.utf8.count <= 9,
            text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        return Int(text)
    }
}
