public import Values

/// The parameters that every statement shares: the caller, and the moment.
///
/// They are `?1` to `?6` of every statement; the arguments of an `SQL` follow from `?7`. A rule can
/// so be compiled to text once and serve every caller.
public enum ContextSlot: Int, Hashable, Sendable, CaseIterable {
    /// The caller's user id, text; NULL for nobody.
    case userID = 1
    /// The caller's role: `anon`, `authenticated`, `service_role` or one of the project's own.
    case role
    /// The caller's email address, or NULL.
    case email
    /// The token's claims as canonical JSON.
    case jwt
    /// The authenticator assurance level: `aal1` or `aal2`.
    case aal
    /// The moment of the request, in the timestamp's stored form.
    case now
}

/// What `?1` to `?6` are bound to.
public struct QueryContext: Hashable, Sendable {
    /// See `ContextSlot.userID`.
    public var userID: Value
    /// See `ContextSlot.role`.
    public var role: Value
    /// See `ContextSlot.email`.
    public var email: Value
    /// See `ContextSlot.jwt`.
    public var jwt: Value
    /// See `ContextSlot.aal`.
    public var aal: Value
    /// See `ContextSlot.now`.
    public var now: Value

    /// A context; what is left out is NULL.
    public init(
        userID: Value = .null, role: Value = .null, email: Value = .null, jwt: Value = .null,
        aal: Value = .null, now: Value = .null
    ) {
        self.userID = userID
        self.role = role
        self.email = email
        self.jwt = jwt
        self.aal = aal
        self.now = now
    }

    /// No caller and no moment: for statements that mention neither.
    public static let none = QueryContext()

    /// The value of a slot.
    public subscript(slot: ContextSlot) -> Value {
        switch slot {
        case .userID: userID
        case .role: role
        case .email: email
        case .jwt: jwt
        case .aal: aal
        case .now: now
        }
    }
}

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
        slots += other.slots.map { $0.moved(by: arguments.count) }
        arguments += other.arguments
    }

    /// The text, its parameters written `?1` … `?N`.
    public var text: String { bound.text }

    /// The SQL as the store runs it.
    public var bound: BoundSQL {
        var bound = BoundSQL(text: "", arguments: arguments)
        bound.slots = slots
        var number = BoundSQL.firstArgument
        for piece in pieces {
            switch piece {
            case .text(let text): bound.text += text.string
            case .argument:
                bound.text += "?\(number)"
                number += 1
            case .context(let slot):
                bound.text += "?\(slot.rawValue)"
                if slot == .now { bound.readsTime = true }
            }
        }
        return bound
    }
}

/// SQL whose text is finished, kept apart from its arguments, as cached plans keep it.
public struct BoundSQL: Sendable {
    /// The text, with the context's parameters written `?1` … `?6` and the arguments from `?7` on.
    public fileprivate(set) var text: String
    /// The values of `?7`, `?8`, …
    public var arguments: [Value]
    /// The arguments that a repeated request replaces.
    public fileprivate(set) var slots: [ArgumentSlot] = []
    /// Whether the text mentions the moment of the request: making it costs more than binding
    /// everything else.
    public fileprivate(set) var readsTime = false

    /// The number of the first argument's parameter.
    public static let firstArgument = 7

    /// A text that already numbers its `arguments` from `?7`.
    public init(text: String, arguments: [Value]) {
        self.text = text
        self.arguments = arguments
    }
}

/// An argument that a repeated request replaces.
public struct ArgumentSlot: Hashable, Sendable {
    /// Where a repeated request has the value.
    public enum Source: Hashable, Sendable {
        /// What the text of an operand becomes.
        public enum Content: Hashable, Sendable {
            /// A filter's operand, of the column's type.
            case value(ColumnType)
            /// A row count, never above `max`.
            case number(max: Int)
        }

        /// The operand of the parameter at a place in the query string.
        case operand(parameter: Int, Content)
        /// What a write gives the column at a place in its model.
        case column(Int)
        /// The rows that a write has touched: a rowid, or a JSON array of them.
        case rows

        /// The parameter's place in the query string, if it is one that has the value.
        public var parameter: Int? {
            switch self {
            case .operand(let parameter, _): parameter
            case .column, .rows: nil
            }
        }
    }

    /// The argument's index in the statement.
    public let argument: Int
    /// Where its values come from.
    public let source: Source

    fileprivate func moved(by count: Int) -> ArgumentSlot {
        ArgumentSlot(argument: argument + count, source: source)
    }
}
