/// A password as SCRAM digests it (RFC 4013), as far as PostgreSQL's servers go (`pg_saslprep`):
/// blanks become spaces, soft hyphens and their like vanish, and a password that holds what is
/// prohibited is taken as it is.
///
/// Not done: the Unicode normal form (NFKC). A password that it could change is refused by name of
/// the character, since the server has stored another spelling. Nor the rule about text in both
/// directions, which only matters for a password that the first two steps have changed.
enum SASLprep {
    /// The bytes to digest.
    static func prepare(_ password: String) throws(AuthenticationFault) -> [UInt8] {
        let raw = Array(password.utf8)
        if raw.allSatisfy({ $0 < 0x80 }) { return raw }
        var mapped = String.UnicodeScalarView()
        for scalar in password.unicodeScalars {
            if vanishes(scalar) { continue }
            if isBlank(scalar) {
                mapped.append(" ")
                continue
            }
            if isProhibited(scalar) { return raw }
            mapped.append(scalar)
        }
        if mapped.isEmpty { return raw }
        for scalar in mapped where mayBeRewritten(scalar) { throw .passwordIsNotNormalized(scalar) }
        return Array(String(mapped).utf8)
    }

    /// RFC 3454 table B.1.
    private static func vanishes(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xAD, 0x34F, 0x1806, 0x180B...0x180D, 0x200B...0x200D, 0x2060, 0xFE00...0xFE0F, 0xFEFF:
            true
        default: false
        }
    }

    /// RFC 3454 table C.1.2, without U+200B, which is in B.1 too.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// RFC 4013 §2.3 and, for what Unicode 3.2 had not assigned, §2.5: emoji are among it.
    private static func isProhibited(_ scalar: Unicode.Scalar) -> Bool {
        guard let age = scalar.properties.age, (age.major, age.minor) <= (3, 2) else { return true }
        return prohibited.contains(scalar.properties.generalCategory)
            || (0x2FF0...0x2FFB).contains(scalar.value) || (0xFFF9...0xFFFD).contains(scalar.value)
            || scalar.value == 0x340 || scalar.value == 0x341
    }

    private static let prohibited: Set<Unicode.GeneralCategory> = [
        .control, .format, .privateUse, .surrogate, .lineSeparator, .paragraphSeparator,
    ]

    /// Whether NFKC may write it otherwise, alone or beside others: a compatibility character, a
    /// mark that composes, a part of a Hangul syllable.
    private static func mayBeRewritten(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        if properties.canonicalCombiningClass != .notReordered { return true }
        if [.nonspacingMark, .spacingMark].contains(properties.generalCategory) { return true }
        if (0x1100...0x11FF).contains(scalar.value) { return true }
        // Folding changes these four, NFKC does not: ß, ẞ, ς, İ.
        if [0xDF, 0x1E9E, 0x3C2, 0x130].contains(scalar.value) { return false }
        guard properties.changesWhenNFKCCaseFolded else { return false }
        // Upper case folds too: what then differs from plain lower case is more than folding.
        let folded = properties.lowercaseMapping.unicodeScalars
        return folded.contains { $0.properties.changesWhenNFKCCaseFolded } || folded.count != 1
            || folded.first == scalar
    }
}
