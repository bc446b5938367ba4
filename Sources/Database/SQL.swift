/// A dialect of SQL that text is written for. SQLite is the embedded one and today the only one.
public struct Dialect: Hashable, Sendable {
    /// The dialect's name, for logs.
    public let name: String

    /// SQLite 3.40 and later.
    public static let sqlite = Dialect(name: "sqlite")

    /// `name` as a quoted identifier, quotes doubled.
    public func quoted(identifier name: String) -> String {
        var sql = SQL()
        sql.append(identifier: name)
        return sql.text
    }

    /// `text` as a string literal, quotes doubled. For DDL only: values elsewhere are bound.
    public func quoted(literal text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
            + "'"
    }
}

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

/// SQL text together with the values bound to its parameters.
///
/// The text comes from plans, never from a request; what a request sent is an argument.
public struct SQL: Sendable {
    /// The text, with parameters written `?1` … `?N`.
    public private(set) var text: String
    /// The values of `?7`, `?8`, …
    public private(set) var arguments: [Value] = []

    /// The number of the first argument's parameter.
    public static let firstArgument = 7

    /// SQL without arguments.
    public init(_ text: String = "") {
        self.text = text
    }

    /// SQL whose text already numbers its `arguments` from `?7`.
    public init(text: String, arguments: [Value]) {
        self.text = text
        self.arguments = arguments
    }

    /// Appends SQL text as it is.
    public mutating func append(_ text: String) {
        self.text += text
    }

    /// Appends `identifier` in double quotes, its own quotes doubled.
    public mutating func append(identifier: String) {
        text += "\""
        if identifier.utf8.contains(UInt8(ascii: "\"")) {
            for character in identifier.unicodeScalars {
                if character == "\"" { text += "\"" }
                text.unicodeScalars.append(character)
            }
        } else {
            text += identifier
        }
        text += "\""
    }

    /// Appends a new parameter bound to `argument`.
    public mutating func append(argument: Value) {
        text += "?\(Self.firstArgument + arguments.count)"
        arguments.append(argument)
    }

    /// Appends the parameter of a context slot.
    public mutating func append(context slot: ContextSlot) {
        text += "?\(slot.rawValue)"
    }

    /// Appends `other`, giving its arguments new numbers after those already here.
    public mutating func append(_ other: SQL) {
        if arguments.isEmpty || other.arguments.isEmpty {
            text += other.text
        } else {
            appendRenumbered(other.text, shift: arguments.count)
        }
        arguments += other.arguments
    }

    /// Copies `source`, adding `shift` to each parameter number from `?7` on. Quoted text stays as
    /// it is.
    private mutating func appendRenumbered(_ source: String, shift: Int) {
        var out: [UInt8] = []
        let bytes = Array(source.utf8)
        out.reserveCapacity(bytes.count + 8)
        var quote: UInt8? = nil
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            out.append(byte)
            index += 1
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else if byte == UInt8(ascii: "?") {
                var number = 0
                while index < bytes.count, let digit = digitValue(bytes[index]), number < 1_000_000
                {
                    number = number * 10 + digit
                    index += 1
                }
                out += String(number >= Self.firstArgument ? number + shift : number).utf8
            }
        }
        text += String(decoding: out, as: UTF8.self)
    }

    private func digitValue(_ byte: UInt8) -> Int? {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte - UInt8(ascii: "0")) : nil
    }
}

extension SQL: Hashable {
    /// Whether both have the same bytes of text and the same arguments.
    public static func == (left: SQL, right: SQL) -> Bool {
        left.text.hasSameBytes(as: right.text) && left.arguments == right.arguments
    }

    /// Hashes the text's bytes and the arguments.
    public func hash(into hasher: inout Hasher) {
        text.hashBytes(into: &hasher)
        hasher.combine(arguments)
    }
}
