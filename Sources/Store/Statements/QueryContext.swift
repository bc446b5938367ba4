public import Diagnostics
public import Values

/// The parameters that every statement shares: the caller, and the moment.
///
/// They are the first parameters of every statement; its arguments follow. A rule can so be
/// compiled to text once and serve every caller.
public enum ContextSlot: Int, Hashable, Sendable, CaseIterable {
    /// The caller's user id; NULL for nobody.
    case userID = 1
    /// The caller's ``Role``.
    case role
    /// The caller's email address, or NULL.
    case email
    /// The token's claims as canonical JSON.
    case jwt
    /// The authenticator assurance level: `aal1` or `aal2`.
    case aal
    /// The moment of the request, in the timestamp's stored form.
    case now

    /// How many there are: arguments have the numbers after it.
    public static let count = allCases.count

    /// The type of its values.
    public var type: ColumnType {
        switch self {
        case .userID: .uuid
        case .role, .email, .aal: .text
        case .jwt: .json
        case .now: .timestamp
        }
    }
}

/// Some of the context's parameters: those that a statement mentions need values.
public struct ContextSlots: OptionSet, Hashable, Sendable {
    /// A bit for each slot.
    public let rawValue: UInt8

    /// The slots of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// One slot.
    public init(_ slot: ContextSlot) { rawValue = 1 << slot.rawValue }

    /// Every slot.
    public static let all = ContextSlots(ContextSlot.allCases.map(ContextSlots.init))
}

/// What the parameters of the context are bound to.
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
    /// The moment of the request, nil for none. See `ContextSlot.now`, whose text is made only
    /// where something asks for it.
    public var now: Instant?

    /// A context; what is left out is NULL.
    public init(
        userID: Value = .null, role: Value = .null, email: Value = .null, jwt: Value = .null,
        aal: Value = .null, now: Instant? = nil
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
        case .now: now.map { .text($0.postgres) } ?? .null
        }
    }
}
