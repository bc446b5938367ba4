extension Duration {
    /// Reads a span of time such as `90s`, `30m`, `12h`, `7d`; nil when it is none, or zero.
    public init?(span text: String) {
        guard let unit = Self.units.first(where: { $0.letter == text.last }),
            let count = Int32(text.dropLast()), count > 0
        else { return nil }
        self = .seconds(Int64(count) * unit.seconds)
    }

    /// Whole seconds as a span of time in the largest unit that fits: `7d`.
    public var span: String {
        let seconds = components.seconds
        for unit in Self.units where seconds % unit.seconds == 0 {
            return "\(seconds / unit.seconds)\(unit.letter)"
        }
        return "\(seconds)s"
    }

    /// What a span of time is, as in `must be …`.
    public static var spanWording: String {
        "a span of time: a number and s, m, h or d, such as \"7d\""
    }

    /// The same as a regular expression of JSON Schema.
    public static var spanPattern: String { "^[0-9]+[smhd]$" }

    private static var units: [(letter: Character, seconds: Int64)] {
        [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
    }
}
