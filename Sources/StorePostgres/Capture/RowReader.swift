import Bytes
import PostgresWire

/// Why a row of the log cannot be read: it is damaged, or of a later version.
public enum LogFault: Error, Hashable, Sendable {
    /// A column is missing, is NULL where it cannot be, or has not the form of its type.
    case badColumn(String)
    /// A change of no known operation: what happened to the row must not be guessed.
    case unknownOperation(UInt8, sequence: Int64)
    /// A line of the history of no known kind.
    case unknownKind(UInt8)
}

/// The columns of a row of the log, taken one after the other, each by its name for faults.
struct RowReader: ~Escapable {
    private var row: DataRow

    @_lifetime(copy row)
    init(_ row: DataRow) { self.row = row }

    @_lifetime(self: copy self)
    private mutating func value<Result>(
        _ name: String, _ read: (Span<UInt8>) throws(FormatFault) -> Result
    ) throws(LogFault) -> Result {
        guard let value = try optional(name, read) else { throw .badColumn(name) }
        return value
    }

    @_lifetime(self: copy self)
    private mutating func optional<Result>(
        _ name: String, _ read: (Span<UInt8>) throws(FormatFault) -> Result
    ) throws(LogFault) -> Result? {
        guard !row.isAtEnd else { throw .badColumn(name) }
        guard let bytes = row.next() else { return nil }
        do throws(FormatFault) {
            return try read(bytes)
        } catch {
            throw .badColumn(name)
        }
    }

    @_lifetime(self: copy self)
    mutating func int8(_ name: String) throws(LogFault) -> Int64 { try value(name, Binary.int8) }

    @_lifetime(self: copy self)
    mutating func optionalInt8(_ name: String) throws(LogFault) -> Int64? {
        try optional(name, Binary.int8)
    }

    @_lifetime(self: copy self)
    mutating func bool(_ name: String) throws(LogFault) -> Bool { try value(name, Binary.bool) }

    @_lifetime(self: copy self)
    mutating func xid8(_ name: String) throws(LogFault) -> UInt64 { try value(name, Binary.xid8) }

    @_lifetime(self: copy self)
    mutating func text(_ name: String) throws(LogFault) -> String {
        try value(name) { String(utf8: $0) }
    }

    @_lifetime(self: copy self)
    mutating func optionalText(_ name: String) throws(LogFault) -> String? {
        try optional(name) { String(utf8: $0) }
    }

    /// A `"char"`: one byte.
    @_lifetime(self: copy self)
    mutating func letter(_ name: String) throws(LogFault) -> UInt8 {
        let byte: UInt8? = try value(name) { $0.count == 1 ? $0[0] : nil }
        guard let byte else { throw .badColumn(name) }
        return byte
    }

    /// A JSON text without the blanks that a `jsonb` in it has.
    @_lifetime(self: copy self)
    mutating func json(_ name: String) throws(LogFault) -> [UInt8]? {
        try optional(name) { json in
            var bytes: [UInt8] = []
            bytes.append(jsonWithoutBlanks: json)
            return bytes
        }
    }

    /// Microseconds since 1970-01-01 UTC.
    @_lifetime(self: copy self)
    mutating func microseconds(_ name: String) throws(LogFault) -> Int64 {
        guard case .finite(let microseconds) = try value(name, Binary.timestamp) else {
            throw .badColumn(name)
        }
        return microseconds
    }
}
