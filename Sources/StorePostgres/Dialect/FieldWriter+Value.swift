import Bytes
import Diagnostics
public import PostgresWire
public import Store
public import Values

extension BoundSQL {
    /// The types of its parameters: the context's, then its arguments'.
    public var parameterTypes: [TypeOID] {
        ContextSlot.allCases.map(\.type.typeOID)
            + arguments.indices.map(parameterType)
    }

    /// The type of the parameter of an argument.
    func parameterType(at index: Int) -> TypeOID {
        let type = index < types.count ? types[index] : .text
        return type.parameterType(for: arguments[index])
    }
}

extension FieldWriter {
    /// Writes all parameters of a statement: of the context what it mentions, then its arguments.
    ///
    /// - Throws: an argument that is no value of its type, which is a fault of ours.
    public mutating func append(
        _ sql: BoundSQL, in context: QueryContext
    ) throws(FormatFault) {
        try append(sql.mentions, of: context)
        for (index, argument) in sql.arguments.enumerated() {
            try append(argument, as: index < sql.types.count ? sql.types[index] : .text)
        }
    }

    /// Writes the context's parameters: the value of each that is mentioned.
    mutating func append(
        _ mentions: ContextSlots, of context: QueryContext
    ) throws(FormatFault) {
        if mentions.isEmpty { return nulls(ContextSlot.count) }
        for slot in ContextSlot.allCases {
            if mentions.contains(ContextSlots(slot)) {
                try append(slot, of: context)
            } else {
                null()
            }
        }
    }

    /// A caller whose id is no UUID is nobody: `sub` is read as one, so tokens bring no other.
    private mutating func append(
        _ slot: ContextSlot, of context: QueryContext
    ) throws(FormatFault) {
        switch slot {
        case .userID:
            guard case .text(let id) = context.userID, let uuid = TextFunctions.uuid(id) else {
                return null()
            }
            try append(.text(uuid), as: .uuid)
        case .now:
            guard let now = context.now else { return null() }
            try timestamp(.finite(now.microseconds))
        case .role, .email, .jwt, .aal: try append(context[slot], as: slot.type)
        }
    }

    /// Writes a value in the form of the type that ``Values/ColumnType/parameterType(for:)`` says.
    ///
    /// - Throws: for what is no value of the type.
    public mutating func append(_ value: Value, as type: ColumnType) throws(FormatFault) {
        switch value {
        case .null: null()
        case .integer(let number): try append(number, as: type)
        case .real(let number):
            if let scale = type.exactScale {
                try numeric([UInt8](exactly: number, scale: scale).span)
            } else if type == .real {
                float8(number)
            } else {
                throw .malformed(type.typeOID)
            }
        case .text(let text): try append(text, as: type)
        case .blob(let bytes):
            guard type == .bytes else { throw .malformed(type.typeOID) }
            raw(bytes.span)
        }
    }

    private mutating func append(_ number: Int64, as type: ColumnType) throws(FormatFault) {
        switch type {
        case .integer: int8(number)
        case .integer32: if let small = Int32(exactly: number) { int4(small) } else { int8(number) }
        case .boolean: bool(number != 0)
        case .real: float8(Double(number))
        case .decimal(_, let scale): numeric(scaled: number, scale: scale)
        case .text, .uuid, .timestamp, .date, .time, .json, .bytes:
            throw .malformed(type.typeOID)
        }
    }

    private mutating func append(_ text: String, as type: ColumnType) throws(FormatFault) {
        switch type {
        case .text: self.text(text)
        case .uuid:
            let span = text.utf8Span.span
            try uuid(span)
        case .json:
            let span = text.utf8Span.span
            jsonb(span)
        case .timestamp:
            guard let instant = try? Instant(parsing: text) else { throw .malformed(.timestamptz) }
            try timestamp(.finite(instant.microseconds))
        case .date:
            guard let date = try? CivilDate(parsing: text) else { throw .malformed(.date) }
            try self.date(.finite(Int64(date.daysSinceEpoch)))
        case .time:
            guard let time = try? TimeOfDay(parsing: text) else { throw .malformed(.time) }
            try self.time(time.microseconds)
        case .decimal, .integer, .integer32, .real, .boolean, .bytes:
            throw .malformed(type.typeOID)
        }
    }
}
