/// Lines of source code, indented as blocks open and close.
struct CodeText {
    private(set) var text = ""
    private let indentation: String
    private var depth = 0

    init(indentation: Int) { self.indentation = String(repeating: " ", count: indentation) }

    /// A line; an empty one is not indented.
    mutating func line(_ line: String = "") {
        if !line.isEmpty { text += String(repeating: indentation, count: depth) + line }
        text += "\n"
    }

    /// Text of several lines that is written elsewhere.
    mutating func verbatim(_ lines: String) {
        for line in lines.split(separator: "\n", omittingEmptySubsequences: false) {
            self.line(String(line))
        }
    }

    /// Lines between two others, one level deeper.
    mutating func block(
        _ head: String, _ tail: String = "}", _ body: (inout CodeText) -> Void
    ) {
        line(head)
        indented(body)
        line(tail)
    }

    /// Lines one level deeper.
    mutating func indented(_ body: (inout CodeText) -> Void) {
        depth += 1
        body(&self)
        depth -= 1
    }
}

/// Names so that no two are the same.
struct UniqueNames {
    private var taken: Set<String>

    init(taken: Set<String> = []) { self.taken = taken }

    /// The name, or with a number behind it where it is taken.
    mutating func unique(_ name: String) -> String {
        var found = name
        var number = 2
        while !taken.insert(found).inserted {
            found = "\(name)\(number)"
            number += 1
        }
        return found
    }
}
