import Bytes

/// What PostgreSQL reads as true and as false: unambiguous beginnings of the words, in any case
/// (bool.c `parse_bool_with_len`).
public enum BooleanText {
    /// The spellings of true, in lower case.
    public static let trueSpellings = ["t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"]
    /// The spellings of false, in lower case.
    public static let falseSpellings = [
        "f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0",
    ]

    /// What `text` says; nil for anything else.
    public static func truth(of text: String) -> Bool? {
        let word = String(utf8: text.utf8.map(ASCII.lowercased))
        if trueSpellings.contains(where: word.hasSameBytes) { return true }
        return falseSpellings.contains(where: word.hasSameBytes) ? false : nil
    }
}
