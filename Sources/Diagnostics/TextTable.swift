// How lists look on a terminal.

/// `1 fault`, `2 faults`.
public func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}

/// A line for each row, every column but the last as wide as its widest text and two spaces.
public func textTable(_ rows: [[String]]) -> [String] {
    let columnCount = rows.map(\.count).max() ?? 0
    let widths = (0..<columnCount).map { column in
        rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
        row.enumerated().map { column, text in
            let padding = column == row.count - 1 ? 0 : widths[column] + 2 - text.count
            return text + String(repeating: " ", count: padding)
        }.joined()
    }
}
