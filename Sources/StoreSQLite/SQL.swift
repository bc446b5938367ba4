public import Store
public import Values

/// SQL in the making: text, parameters of the context, and arguments with their values.
///
/// The text comes from plans, never from a request; what a request sent is an argument.
public struct SQL: Hashable, Sendable {
    private enum Piece: Hashable, Sendable {
        case text(Text)
        /// The next argument.
        case argument
        case context(ContextSlot)
    }

    /// Text that is equal if its bytes are.
    private struct Text: Hashable, Sendable {
        var string: String

        static func == (left: Text, right: Text) -> Bool {
            left.string.hasSameBytes(as: right.string)
        }

        func hash(into hasher: inout Hasher) { string.hashBytes(into: &hasher) }
    }

    private var pieces: [Piece] = []
    /// The values of the arguments, left to right.
    public private(set) var arguments: [Value] = []
    /// The arguments that a repeated request replaces.
    public private(set) var slots: [ArgumentSlot] = []

    /// SQL without arguments.
    public init(_ text: String = "") {
        if !text.isEmpty { append(text) }
    }

    /// Appends SQL text as it is.
    public mutating func append(_ text: String) {
        if case .text(var last)? = pieces.last {
            pieces[pieces.count - 1] = .argument
            last.string += text
            pieces[pieces.count - 1] = .text(last)
        } else {
            pieces.append(.text(Text(string: text)))
        }
    }

    /// Appends `identifier` in double quotes, its own quotes doubled.
    public mutating func append(identifier: String) {
        guard identifier.utf8.contains(UInt8(ascii: "\"")) else {
            append("\"")
            append(identifier)
            append("\"")
            return
        }
        let parts = identifier.split(separator: "\"", omittingEmptySubsequences: false)
        append("\"" + parts.joined(separator: "\"\"") + "\"")
    }

    /// Appends a new parameter bound to `argument`.
    ///
    /// - Parameter slot: how a repeated request makes another value of it; nil when it stays.
    public mutating func append(argument: Value, slot: ArgumentSlot.Source? = nil) {
        if let slot {
            slots.append(ArgumentSlot(argument: arguments.count, source: slot))
        }
        pieces.append(.argument)
        arguments.append(argument)
    }

    /// Appends the parameter of a context slot.
    public mutating func append(context slot: ContextSlot) { pieces.append(.context(slot)) }

    /// Appends `other`, its arguments after those already here.
    public mutating func append(_ other: SQL) {
        var rest = other.pieces[...]
        if case .text(let first)? = rest.first {
            append(first.string)
            rest.removeFirst()
        }
        pieces += rest
        slots += other.slots.map {
            ArgumentSlot(argument: $0.argument + arguments.count, source: $0.source)
        }
        arguments += other.arguments
    }

    /// The text, its parameters written `?1` … `?N`.
    public var text: String { bound.text }

    /// The SQL as the store runs it.
    public var bound: BoundSQL {
        var text = ""
        var number = ContextSlot.count
        for piece in pieces {
            switch piece {
            case .text(let piece): text += piece.string
            case .argument:
                number += 1
                text += "?\(number)"
            case .context(let slot): text += "?\(slot.rawValue)"
            }
        }
        return BoundSQL(text: text, arguments: arguments, slots: slots)
    }
}
