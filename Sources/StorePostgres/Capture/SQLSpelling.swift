// Names and texts as SQL writes them.

extension String {
    /// The name as a quoted identifier. It holds no NUL.
    var sqlIdentifier: String { "\"\(doubling("\""))\"" }

    /// The text as a literal, which means the same whatever `standard_conforming_strings` says. It
    /// holds no NUL.
    var sqlLiteral: String {
        let quoted = "'\(doubling("'").doubling("\\"))'"
        return utf8.contains(UInt8(ascii: "\\")) ? "E\(quoted)" : quoted
    }

    private func doubling(_ character: Character) -> String {
        var text = ""
        text.reserveCapacity(utf8.count)
        for each in unicodeScalars {
            text.unicodeScalars.append(each)
            if Character(each) == character { text.unicodeScalars.append(each) }
        }
        return text
    }
}
