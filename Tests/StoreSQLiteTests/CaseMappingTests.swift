import Bytes
import Store
import StoreSQLite
import Testing
import Values

/// Letters change case one by one, whatever stands beside them: Unicode's simple mappings, as
/// PostgreSQL's collation `pg_c_utf8` has them.
@Suite struct CaseMappingTests {
    static let cases: [(String, lower: String, upper: String)] = [
        ("", "", ""), ("aBc 1", "abc 1", "ABC 1"), ("Ärger É", "ärger é", "ÄRGER É"),
        ("Straße", "straße", "STRAßE"), ("ẞ", "ß", "ẞ"), ("ﬁ ŉ ǰ ΐ", "ﬁ ŉ ǰ ΐ", "ﬁ ŉ ǰ ΐ"),
        ("İıIi", "iıii", "İIII"), ("ΟΔΟΣ", "οδοσ", "ΟΔΟΣ"), ("οδος", "οδος", "ΟΔΟΣ"),
        ("ᾀᾈᾳᾼ", "ᾀᾀᾳᾳ", "ᾈᾈᾼᾼ"), ("ᾲᾷ", "ᾲᾷ", "ᾲᾷ"), ("ǅǆ", "ǆǆ", "ǄǄ"), ("K", "k", "K"),
        ("ꮿᏯ", "ꮿꮿ", "ᏯᏯ"), ("𐐀𐐨", "𐐨𐐨", "𐐀𐐀"), ("日本 e\u{301}", "日本 e\u{301}", "日本 E\u{301}"),
    ]

    @Test(arguments: cases)
    func `a text changes case letter by letter`(
        text: String, lower: String, upper: String
    ) throws {
        #expect(Value(TextFunctions.lower(text)) == Value(lower))
        #expect(Value(TextFunctions.upper(text)) == Value(upper))
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let row = try database.makeReader().all(
            "SELECT apus_lower(?7), apus_upper(?7)", .text(text))
        #expect(row == [[Value(lower), Value(upper)]])
    }

    /// The digest is that of PostgreSQL 18.6 (Unicode 16.0): 2,933 lines "number lower upper", for
    /// the characters that have another case, of
    ///
    ///     SELECT i, ascii(lower(chr(i) COLLATE pg_c_utf8)), ascii(upper(chr(i) COLLATE pg_c_utf8))
    ///     FROM generate_series(1, 1114111) i WHERE i NOT BETWEEN 55296 AND 57343
    ///
    /// What Unicode 17.0 brought is left out, and is all that sets the two apart: the pairs U+A7CE
    /// and U+A7CF, U+16EA0…U+16EB8 and U+16EBB…U+16ED3, and U+A7D2 and U+A7D4, the capitals of
    /// the older U+A7D3 and U+A7D5.
    @Test func `every letter up to Unicode 16 has the mappings of PostgreSQL`() {
        var lines: [UInt8] = []
        var count = 0
        // No letter beyond has another case.
        for number in 1...0x1FFFF as ClosedRange<UInt32> {
            guard let scalar = Unicode.Scalar(number), scalar.isOfUnicode16 else { continue }
            let lower = Self.single(TextFunctions.lower(String(scalar)))
            let upper = Self.single(TextFunctions.upper(String(scalar)))
            let mapped = [lower, upper].map { $0.isOfUnicode16 ? $0 : scalar }
            guard mapped != [scalar, scalar] else { continue }
            count += 1
            lines.append(utf8: "\(number) \(mapped[0].value) \(mapped[1].value)\n")
        }
        #expect(count == 2_933)
        #expect(FNV1a.hash(lines) == 0x37C5_4AD9_2A6C_E4AB)
    }

    /// The only scalar of a text; U+FFFD for other texts.
    private static func single(_ text: String) -> Unicode.Scalar {
        text.unicodeScalars.count == 1 ? text.unicodeScalars.first ?? "\u{FFFD}" : "\u{FFFD}"
    }
}

extension Unicode.Scalar {
    /// Whether Unicode 16.0 has the character.
    fileprivate var isOfUnicode16: Bool { properties.age.map { $0.major <= 16 } ?? false }
}
