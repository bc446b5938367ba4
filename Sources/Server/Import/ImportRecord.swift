import Bytes
import Diagnostics
import Schema

/// A row of a file that is loaded.
struct ImportRecord {
    /// The line on which it begins.
    let line: Int
    /// The row as a JSON object.
    let json: [UInt8]
    /// The columns that it names, in its order.
    let columns: [String]
    /// The row as it stands in its file, where that is another form, and wanted.
    var text: [UInt8]?

    /// The row as a line that can be loaded again.
    var refused: [UInt8] {
        if let text { return text }
        var line: [UInt8] = []
        // A row of a file may be written over several lines.
        line.append(jsonWithoutBlanks: json.span)
        return line
    }
}

/// What gives the rows of a file, one after the other.
protocol ImportRecords {
    /// The next row; nil at the end of the file.
    ///
    /// - Throws: `ImportFault` for what is no row, `Problem` when the file cannot be read.
    mutating func next() throws -> ImportRecord?

    /// What stands before rows in a file of theirs; nil where nothing does.
    var head: [UInt8]? { get }
}

extension ImportRecords {
    /// Objects need nothing before them.
    var head: [UInt8]? { nil }
}

/// What stops a load.
struct ImportFault: Error {
    /// The line of the file that is at fault; nil where none is.
    let line: Int?
    let problem: Problem
    /// Whether nothing can be read behind it.
    var isLast = false
    /// The row as a line of its file, where it is known.
    var row: [UInt8]?

    /// A row that is not in the form of its file.
    init(line: Int, malformed reason: String, isLast: Bool = false, row: [UInt8]? = nil) {
        self.line = line
        self.isLast = isLast
        self.row = row
        problem = Problem(code: "import_malformed", status: 400, message: "\(reason).")
    }

    /// What the server refuses: a row, or all of them whatever is in them.
    init(line: Int?, _ problem: Problem, row: [UInt8]? = nil) {
        self.line = line
        self.problem = problem
        self.row = row
    }
}

/// Limits of what is read at once.
enum ImportLimits {
    /// Bytes of one row: more than a server takes as a body where nobody has set it higher.
    static let recordBytesMax = 64 << 20
    /// Rows sent at once: they share a turn of SQLite's writer with others.
    static let chunkRowsMax = 500
    /// Rows sent at first, before it is known how long they take.
    static let firstChunkRows = 100
    /// Bytes sent at once, if it is more than one row.
    static let chunkBytesMax = 256 << 10
    /// Bytes of rows that are kept until those are in that they refer to.
    static let postponedBytesMax = 64 << 20
    /// How long a chunk is to take, about: a turn of the writer.
    static let chunkTime = Duration.milliseconds(5)
    /// How often a chunk is sent again that the server had no room for.
    static let triesMax = 60
    /// Bytes of the server's answer, which may be a row.
    static let answerBytesMax = 2 * recordBytesMax
}

enum ImportFormat {
    /// The rows of a file, by its first character: an array and objects are JSON, one in all or one
    /// a line; everything else is CSV with a header.
    ///
    /// - Parameter keepsTexts: whether rows are wanted as they stand there, too.
    static func records(
        of input: InputBytes, for model: Model, keepingTexts keepsTexts: Bool = false
    ) throws -> any ImportRecords {
        // A byte order mark is left out where it is one.
        for byte: UInt8 in [0xEF, 0xBB, 0xBF] where try input.peek() == byte {
            _ = try input.next()
        }
        try input.skipSpace()
        switch try input.peek() {
        case ASCII.leftBracket: return try JSONArrayRecords(input)
        case ASCII.leftBrace, nil: return JSONLineRecords(input: input)
        default: return try CSVRecords(input, model, keepingTexts: keepsTexts)
        }
    }
}
