import SQLite
public import Store
import Values

// SQLite says in words which constraint failed, and gives one code for all that it cannot parse.
// The words are read here and nowhere else (lang_conflict.html, limits.html): nobody above sees
// them but a person.

extension DatabaseError {
    /// The error that SQLite's result means. `interruption` is what the limit in force stands for.
    init(_ error: SQLiteError, interruption: DatabaseError = .timeout) {
        let message = error.message
        switch error.constraint {
        case .unique, .primaryKey, .rowID: self = Self.unique(from: message)
        case .notNull:
            let (table, columns) = Self.columns(after: "NOT NULL constraint failed: ", in: message)
            self = .notNull(table: table, column: columns.first ?? "")
        case .check:
            self = .check(name: String(message.dropFirst("CHECK constraint failed: ".count)))
        case .foreignKey: self = .foreignKey
        case .trigger where isForeignKey(message): self = .foreignKey
        case .trigger, nil: self = Self.general(error, interruption: interruption)
        }
    }

    /// The table that a statement names and that is not there, where that is what is wrong.
    static func missingTable(_ error: SQLiteError) -> String? {
        let words = "no such table: "
        return error.message.hasPrefix(words) ? String(error.message.dropFirst(words.count)) : nil
    }

    /// Whether NULL was to be a rowid: the NOT NULL of an integer primary key, which has no name
    /// (rescode.html#mismatch).
    public var isMissingRowID: Bool {
        guard case .other(let code, _, _) = self else { return false }
        return code == "SQLite \(ResultCode.mismatch)"
    }

    /// Whether a statement would make a table, index, trigger or column that is there already.
    var isRepetition: Bool {
        guard case .other(_, let message, _) = self else { return false }
        return message.hasSuffix(" already exists") || message.hasPrefix("duplicate column name: ")
    }

    private static func general(_ error: SQLiteError, interruption: DatabaseError) -> DatabaseError
    {
        switch error.primary {
        case ResultCode.interrupt: interruption
        case ResultCode.busy, ResultCode.locked: .busy
        case ResultCode.readOnly: .readOnly(error.message)
        case ResultCode.full: .full(error.message)
        case ResultCode.tooBig: .tooLarge(error.message)
        case ResultCode.noMemory: .noMemory
        case ResultCode.inputOutput, ResultCode.corrupt, ResultCode.cannotOpen,
            ResultCode.notADatabase, ResultCode.permission:
            .unavailable("SQLite \(error.code): \(error.message)")
        default:
            if isTooDeep(error.message) {
                .tooDeep(error.message)
            } else if error.message == SQLFunctions.overflow {
                .invalidValue(.bigintOutOfRange)
            } else {
                .other(code: "SQLite \(error.code)", message: explained(error.message))
            }
        }
    }

    /// `UNIQUE constraint failed: t.a, t.b`, or `…: index 'name'` for an index over expressions.
    private static func unique(from message: String) -> DatabaseError {
        let prefix = "UNIQUE constraint failed: "
        let rest = message.dropFirst(prefix.count)
        if rest.hasPrefix("index '") {
            return .uniqueIndex(String(rest.dropFirst(7).dropLast()))
        }
        let (table, columns) = columns(after: prefix, in: message)
        return .unique(table: table, columns: columns)
    }

    /// The `table.column` list that ends a constraint message. Where names hold dots or commas
    /// themselves, it is no table and the whole list: only ``Store/Table`` tells then what is what.
    private static func columns(
        after prefix: String, in message: String
    ) -> (table: String, columns: [String]) {
        guard message.utf8.starts(with: prefix.utf8) else { return ("", []) }
        let list = String(decoding: message.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
        var tables = Set<String>()
        var columns: [String] = []
        for part in list.components(between: ",") {
            let part = columns.isEmpty ? part : String(part.dropFirst())
            let halves = part.components(between: ".")
            guard halves.count == 2 else { return ("", [list]) }
            tables.insert(halves[0])
            columns.append(halves[1])
        }
        return tables.count == 1 ? (tables.first ?? "", columns) : ("", [list])
    }
}

extension String {
    /// The parts between bytes, empty ones too.
    fileprivate func components(between byte: Unicode.Scalar) -> [String] {
        utf8.split(separator: UInt8(ascii: byte), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}

/// The message, and what stands in the way of a column that should go: its name, in double quotes,
/// is a text to SQLite once it names none.
private func explained(_ message: String) -> String {
    let expression = ": expressions prohibited in PRIMARY KEY and UNIQUE constraints"
    guard message.hasSuffix("after drop column" + expression) else { return message }
    return message + ": the column is in the primary key or in a unique constraint that the table "
        + "was made with"
}

/// Statements that SQLite's parser (100 levels) or its tree of expressions (1,000) cannot take.
private func isTooDeep(_ message: String) -> Bool {
    message.hasPrefix("parser stack overflow") || message.hasPrefix("Expression tree is too")
}

/// RESTRICT actions are carried out by internal triggers, which report the general constraint code.
private func isForeignKey(_ message: String) -> Bool {
    message.hasPrefix("FOREIGN KEY constraint failed")
}
