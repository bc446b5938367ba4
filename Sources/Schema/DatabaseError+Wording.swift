import Diagnostics
import Store

/// Runs what asks the database, and words its errors for the command line.
func migrating<R>(_ body: () throws(DatabaseError) -> R) throws(Problem) -> R {
    do throws(DatabaseError) {
        return try body()
    } catch {
        throw .migration(error.wording)
    }
}

extension DatabaseError {
    /// The error with file and line. Where the engine tells the line, it is counted from the
    /// statement at `offset`.
    func wording(in source: SourceFile, at offset: Int) -> String {
        var place = source.location(offset)
        if case .other(_, _, let line?) = self, line > 1 {
            place.line += line - 1
            place.column = 1
        }
        return "\(place): \(wording)"
    }

    /// The error in words for the author of a migration.
    var wording: String {
        switch self {
        case .timeout: "it takes too long"
        case .busy: "the database is busy"
        case .readOnly(let why): "the database can only be read: \(why)"
        case .full(let why): "the disk is full: \(why)"
        case .tooLarge(let why): "it is too large: \(why)"
        case .noMemory: "the server has no memory left"
        case .unavailable(let why): "the database is not available: \(why)"
        case .unreachable(let why, _, _): why
        case .unique(let table, let columns):
            "two rows of \"\(table)\" have the same \(columns.joined(separator: ", "))"
        case .uniqueIndex(let name): "two rows have the same key in \"\(name)\""
        case .notNull(let table, let column): "\"\(table).\(column)\" may not be null"
        case .check(let name): "a row does not keep the check \"\(name)\""
        case .foreignKey: "a row refers to one that is not there"
        case .sequenceExhausted(let name, _): "the sequence \"\(name)\" has no more numbers"
        case .stillReferenced(let deletion, let table, let others):
            "\(deletion.refusal(table)): \(Self.list(others)) "
                + "\(others.count == 1 ? "refers" : "refer") to it, and the rows there would be "
                + "deleted or changed along with those of \"\(table)\""
        case .tooDeep(let message): message
        case .invalidValue(let problem): problem.message
        case .other(_, let message, _): message
        case .unexpected(let message): message
        }
    }

    /// Whether it is rows that are in the way.
    var isOfRows: Bool {
        switch self {
        case .unique, .uniqueIndex, .notNull, .check, .foreignKey: true
        case .timeout, .busy, .readOnly, .full, .tooLarge, .noMemory, .unavailable, .unreachable,
            .sequenceExhausted, .stillReferenced, .tooDeep, .invalidValue, .other, .unexpected:
            false
        }
    }

    /// What the author of a migration can do about it, where that is known.
    var advice: String? {
        guard case .stillReferenced(let deletion, let table, _) = self else { return nil }
        return "Nothing of the file was applied. \(deletion.wayOut(table))"
    }

    /// `"a"`, `"a" and "b"`, `"a", "b" and "c"`.
    private static func list(_ names: [String]) -> String {
        let quoted = names.map { "\"\($0)\"" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " and " + last
    }
}

extension ImpliedDeletion {
    fileprivate func refusal(_ table: String) -> String {
        switch self {
        case .drop: "\"\(table)\" cannot be dropped"
        case .replace: "rows of \"\(table)\" cannot be replaced"
        }
    }

    fileprivate func wayOut(_ table: String) -> String {
        switch self {
        case .drop:
            "Keep \"\(table)\" and add columns to it, or make a new table beside it: migrations "
                + "cannot rebuild a table yet that others refer to."
        case .replace:
            "Change the rows that are there with INSERT … ON CONFLICT DO UPDATE: REPLACE deletes "
                + "them first."
        }
    }
}
