/// A place in a file: where a diagnostic points.
public struct SourceLocation: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The file's path as the project calls it, such as `Schemas/models/posts.json`.
    public var file: String
    /// The line, counted from 1; 0 for the whole file.
    public var line: Int
    /// The column in characters (code points), counted from 1.
    public var column: Int

    /// A place in `file`; `line` and `column` count from 1.
    public init(file: String, line: Int = 1, column: Int = 1) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`, the form editors and terminals make a link of.
    /// A file or folder as a whole goes by its name alone.
    public var description: String { line == 0 ? file : "\(file):\(line):\(column)" }

    /// The whole of a file or folder: what is wrong with it stands on no line.
    public static func whole(_ file: String) -> SourceLocation {
        SourceLocation(file: file, line: 0, column: 0)
    }

    /// Files in order of their names, places in reading order.
    public static func < (a: SourceLocation, b: SourceLocation) -> Bool {
        (a.file, a.line, a.column) < (b.file, b.line, b.column)
    }
}

/// One fault in the project's files, worded for the person who wrote them.
public struct Diagnostic: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where the fault stands.
    public var location: SourceLocation
    /// What is wrong, without a full stop at the end.
    public var message: String
    /// The word the writer probably meant.
    public var suggestion: String?

    /// A fault at `location`; `suggestion` is the nearest word that would have been right.
    public init(_ message: String, at location: SourceLocation, suggestion: String? = nil) {
        self.location = location
        self.message = message
        self.suggestion = suggestion
    }

    /// One line: `Schemas/models/posts.json:12:7: unknown word "titel"; did you mean "title"?`.
    public var description: String {
        guard let suggestion else { return "\(location): \(message)" }
        return "\(location): \(message); did you mean \"\(suggestion)\"?"
    }
}

/// Every fault found in one reading of the project's files; never empty.
public struct SchemaFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The faults in order of file, line and column.
    public var diagnostics: [Diagnostic]

    /// A failure of several faults, sorted by place and without repetitions.
    public init(diagnostics: [Diagnostic]) {
        var seen = Set<Diagnostic>()
        self.diagnostics = diagnostics.filter { seen.insert($0).inserted }
            .sorted { $0.location < $1.location }
    }

    /// A failure of one fault.
    public init(_ diagnostic: Diagnostic) { self.diagnostics = [diagnostic] }

    /// One line for each fault.
    public var description: String {
        diagnostics.map(\.description).joined(separator: "\n")
    }
}
