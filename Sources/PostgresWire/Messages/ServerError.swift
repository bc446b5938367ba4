import Bytes

/// What the server says went wrong, or is worth a note (ErrorResponse and NoticeResponse).
///
/// ``detail`` quotes values of rows, and of columns that the caller of a request may not read.
public struct ServerError: Error, Hashable, Sendable {
    /// How grave it is (field V; S, which may be translated, where an old server sends no V).
    public enum Severity: String, CaseIterable, Sendable {
        /// The statement and its transaction failed.
        case error = "ERROR"
        /// The session is over.
        case fatal = "FATAL"
        /// All sessions are over.
        case panic = "PANIC"
        /// Notices, from the gravest on.
        case warning = "WARNING"
        case notice = "NOTICE"
        case info = "INFO"
        case log = "LOG"
        case debug = "DEBUG"
    }

    /// A field beside severity and code, by its byte in the message.
    public enum Field: UInt8, CaseIterable, Sendable {
        /// The one sentence.
        case message = 0x4D  // M
        case detail = 0x44  // D
        case hint = 0x48  // H
        /// Where in the statement, in characters from 1.
        case position = 0x50  // P
        case internalPosition = 0x70  // p
        case internalQuery = 0x71  // q
        /// The call stack.
        case context = 0x57  // W
        case schema = 0x73  // s
        case table = 0x74  // t
        case column = 0x63  // c
        case dataType = 0x64  // d
        case constraint = 0x6E  // n
        /// Where in the server's source.
        case file = 0x46  // F
        case line = 0x4C  // L
        case routine = 0x52  // R
    }

    /// How grave it is.
    public let severity: Severity
    /// What kind it is.
    public let sqlState: SQLState
    /// The fields that came, in their order; unknown ones are left out, as the protocol asks.
    private let fields: [Entry]

    private struct Entry: Hashable, Sendable {
        let field: Field
        let text: String
    }

    /// The text of a field; nil when it did not come.
    public subscript(field: Field) -> String? { fields.first { $0.field == field }?.text }

    /// The one sentence; empty when none came.
    public var message: String { self[.message] ?? "" }
    /// Facts, with values of rows in them.
    public var detail: String? { self[.detail] }
    /// What to do about it.
    public var hint: String? { self[.hint] }
    /// Where in the statement, in characters from 1.
    public var position: Int? { self[.position].flatMap { Int($0) } }
    /// The schema, table, column, type and constraint at fault, where one is.
    public var schema: String? { self[.schema] }
    /// The table at fault.
    public var table: String? { self[.table] }
    /// The column at fault.
    public var column: String? { self[.column] }
    /// The type at fault.
    public var dataType: String? { self[.dataType] }
    /// The constraint at fault.
    public var constraint: String? { self[.constraint] }

    /// Whether the server ends the session with it.
    public var endsSession: Bool { severity == .fatal || severity == .panic }

    /// Reads the body of `E` and `N`: a byte and a string for each field, then a zero.
    init(parsing body: Span<UInt8>, of type: BackendMessageType) throws(WireFault) {
        var reader = BodyReader(body, of: type)
        var fields: [Entry] = []
        var severity: String?
        var translated: String?
        var code: String?
        while true {
            let byte = try reader.integer(UInt8.self)
            if byte == 0 { break }
            let text = try reader.text()
            switch byte {
            case 0x56: severity = text  // V
            case 0x53: translated = text  // S
            case 0x43: code = text  // C
            default:
                if let field = Field(rawValue: byte) {
                    fields.append(Entry(field: field, text: text))
                }
            }
        }
        try reader.end()
        let unknown = type == .error ? Severity.error : .notice
        self.severity = Self.severity(severity ?? translated ?? "") ?? unknown
        sqlState = code.flatMap { SQLState($0) } ?? .internalError
        self.fields = fields
    }

    /// `DEBUG` comes with a digit where it comes as `DEBUG1`.
    private static func severity(_ text: String) -> Severity? {
        Severity(rawValue: text.hasPrefix(Severity.debug.rawValue) ? Severity.debug.rawValue : text)
    }
}
