import Bytes
import Diagnostics
import Disk

/// An import that has begun to write, as a file of the data directory says that outlives the
/// command however it ends: so the next one tells of an import that was killed.
struct BegunImport {
    /// What is imported, as people are shown it.
    let source: String
    /// Whether there was no project before.
    let isNew: Bool
    /// The tables that held no row when rows began to come: all that are in them have come since.
    /// Nil before that.
    var tables: [String]?

    private static func path(in folder: String) -> String { "\(folder)/import-postgres.mark" }

    init(source: String, isNew: Bool, tables: [String]? = nil) {
        self.source = source
        self.isNew = isNew
        self.tables = tables
    }

    /// The one that a data directory tells of; nil where none has been left.
    init?(in folder: String) {
        guard let bytes = FileSystem.contents(of: Self.path(in: folder)) else { return nil }
        // Of one that cannot be read it is known that it was.
        let root = (try? JSONDocument(parsing: bytes))?.root
        source = root?["source"]?.string ?? Self.unknown
        isNew = root?["isNew"]?.bool ?? false
        tables = root?["tables"].flatMap { list in
            list.kind == .array ? list.elements.compactMap(\.string) : nil
        }
    }

    private static let unknown = "a database"

    /// Whether it is known to be of something else.
    func isOfOther(than other: String) -> Bool { source != Self.unknown && source != other }

    /// Writes it down, in one step.
    func write(in folder: String) throws(Problem) {
        let object: JSON = [
            "source": .string(source), "isNew": .bool(isNew),
            "tables": tables.map { .array($0.map(JSON.string)) } ?? .null,
        ]
        try FileSystem.replace(Self.path(in: folder), with: object.bytes)
    }

    /// Takes it away: nothing is left to be done.
    static func remove(in folder: String) { FileSystem.remove(path(in: folder)) }
}

extension Problem {
    /// An import was ended that another must not go over by itself.
    static func unfinished(_ begun: BegunImport, in folder: String) -> Problem {
        Problem(
            code: "import_unfinished", status: 500,
            message: "An import of \(begun.source) into \(folder) was ended before its end: some "
                + "of its rows are there, and others are not.",
            hint: "Begin it anew with --anew: what has come into its tables is taken out first, "
                + "and so is what others have written there since.")
    }

    /// Another source would leave the rows of that one where they are.
    static func otherSource(_ begun: BegunImport, _ source: String) -> Problem {
        Problem(
            code: "import_other_source", status: 500,
            message: "The import that was ended here was of \(begun.source), and this is of "
                + "\(source). Nothing was done.",
            hint: "Begin that one anew; or take its rows out by hand, and import-postgres.mark out "
                + "of the data directory.")
    }

    static let nothingBegun = Problem(
        code: "import_not_begun", status: 500,
        message: "Nothing says that an import of a database was ended here before its end.",
        hint: "Import without --anew.")

    /// Rows of an import that was ended are among others.
    static func mingled(_ tables: [String]) -> Problem {
        Problem(
            code: "import_mingled", status: 500,
            message: "\(tables.joined(separator: ", ")) held rows before the import that was "
                + "ended: which of them it has brought is not known.",
            hint: "Take those out by hand, or restore a backup; then remove import-postgres.mark "
                + "from the data directory, and import with --force.")
    }
}
