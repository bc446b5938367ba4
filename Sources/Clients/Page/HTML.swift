/// Text as HTML has it.
public enum HTML {
    /// Text that holds no markup, also between quotes.
    public static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    /// A name, a value or a line of code.
    static func code(_ text: String) -> String { "<code>\(escaped(text))</code>" }

    /// A table with a head; the cells hold HTML. Nothing without rows.
    static func table(_ head: [String], _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "" }
        let names = head.map { "<th>\($0)</th>" }.joined()
        let lines = rows.map { row in
            "<tr>\(row.map { "<td>\($0)</td>" }.joined())</tr>\n"
        }
        return "<table>\n<tr>\(names)</tr>\n\(lines.joined())</table>\n"
    }

    /// A list of HTML. Nothing without items.
    static func list(_ items: [String]) -> String {
        guard !items.isEmpty else { return "" }
        return "<ul>\n\(items.map { "<li>\($0)</li>\n" }.joined())</ul>\n"
    }
}
