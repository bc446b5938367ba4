import Store

// The case of letters by Unicode's simple mappings, one for one. No collation of PostgreSQL has
// them in every version and on every machine (ICU's look at neighbours, `pg_c_utf8` comes with 17,
// each follows another version of Unicode), so the functions carry our own table: what they give is
// the same as in memory, after an upgrade of the server or its libraries too.
//
// On 15.18, for a text of 60 characters: 1 µs if it is ASCII, as `lower(x COLLATE "C")` alone; 2 µs
// without a letter to change, 12 µs with some of Latin-1, 20 µs with some of Cyrillic.
extension DatabaseFunction {
    static let lower = folding(
        "lower", else: "lower_beyond_ascii")
    static let upper = folding(
        "upper", else: "upper_beyond_ascii")
    static let lowerBeyondASCII = foldingBeyondASCII("lower", TextFunctions.lower)
    static let upperBeyondASCII = foldingBeyondASCII("upper", TextFunctions.upper)

    /// Text of ASCII has as many bytes as characters, and is done by the server's own function.
    private static func folding(_ name: String, else beyond: String) -> DatabaseFunction {
        DatabaseFunction(
            name: name, parameters: "text", result: "text",
            body: .expression(
                """
                CASE WHEN octet_length($1) = char_length($1) \
                THEN \(name)($1 COLLATE "C") ELSE @\(beyond)($1) END
                """))
    }

    /// The letters of a block are looked for before they are replaced: `translate` looks at each of
    /// its letters for each character.
    private static func foldingBeyondASCII(
        _ name: String, _ map: (String) -> String
    ) -> DatabaseFunction {
        let changes = blocks.map { CaseChanges(in: $0, map) }.filter { !$0.from.isEmpty }
        let all = changes.map(\.class).joined()
        var lines = [
            "DECLARE x text COLLATE \"C\" := \(name)($1 COLLATE \"C\");",
            "BEGIN IF x !~ '[\(all)]' THEN RETURN x; END IF;",
        ]
        lines += changes.map { change in
            "IF x ~ '[\(change.class)]' THEN "
                + "x := translate(x, '\(change.from)', '\(change.to)'); END IF;"
        }
        lines.append("RETURN x; END")
        return DatabaseFunction(
            name: "\(name)_beyond_ascii", parameters: "text", result: "text",
            body: .block(lines.joined(separator: "\n")))
    }

    /// Where there are letters, the most written first. A text has those of few blocks, and a long
    /// block takes long.
    private static let blocks: [Range<UInt32>] = [
        0x80..<0x100, 0x100..<0x180, 0x370..<0x400, 0x400..<0x430, 0x430..<0x530,
        0x1E00..<0x1F00, 0x1F00..<0x2000, 0x180..<0x370, 0x530..<0x1E00, 0x2000..<0x3000,
        0xA000..<0xAC00, 0xFB00..<0x1_0000, 0x1_0400..<0x1_1A00, 0x1_6E00..<0x1_6F00,
        0x1_E800..<0x1_EA00,
    ]
}

/// The characters of a block that change their case, and what they become.
private struct CaseChanges {
    private(set) var from = ""
    private(set) var to = ""
    private var ranges: [ClosedRange<UInt32>] = []

    init(in block: Range<UInt32>, _ map: (String) -> String) {
        for code in block {
            guard let scalar = Unicode.Scalar(code) else { continue }
            let mapped = map(String(scalar))
            guard mapped.unicodeScalars.first != scalar else { continue }
            from.unicodeScalars.append(scalar)
            to += mapped
            if let last = ranges.last, last.upperBound == code - 1 {
                ranges[ranges.count - 1] = last.lowerBound...code
            } else {
                ranges.append(code...code)
            }
        }
    }

    /// What stands in a bracket expression of a regular expression for the characters.
    var `class`: String {
        ranges.map { range in
            let ends = [range.lowerBound, range.upperBound].compactMap(Unicode.Scalar.init)
            return ends[0] == ends[1] ? String(ends[0]) : "\(ends[0])-\(ends[1])"
        }.joined()
    }
}
