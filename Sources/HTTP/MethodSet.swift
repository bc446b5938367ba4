/// The methods of a route. GET brings HEAD along: what is answered to one is answered to the other,
/// and the encoder leaves the content out (RFC 9110 §9.1, §9.3.2).
public struct MethodSet: OptionSet, Hashable, Sendable {
    /// One bit for each method.
    public let rawValue: UInt8

    /// The methods of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The methods by name.
    public static let options = MethodSet(rawValue: 1 << 0)
    public static let get = MethodSet(rawValue: 1 << 1 | 1 << 2)
    public static let post = MethodSet(rawValue: 1 << 3)
    public static let put = MethodSet(rawValue: 1 << 4)
    public static let patch = MethodSet(rawValue: 1 << 5)
    public static let delete = MethodSet(rawValue: 1 << 6)
    /// GET, HEAD, POST, PUT, PATCH and DELETE.
    public static let resource: MethodSet = [.get, .post, .put, .patch, .delete]
    /// Every method there is, extensions such as `TRACE` among them.
    public static let any = MethodSet(rawValue: .max)

    /// In the order in which `Allow` lists them.
    private static let listed: [Method] = [.options, .get, .head, .post, .put, .patch, .delete]

    /// Whether the method is one of these.
    @inlinable public func contains(_ method: Method) -> Bool {
        rawValue & Self.bit(of: method) != 0
    }

    /// The methods a client can be told of, in a fixed order.
    public var methods: [Method] { Self.listed.filter { contains($0) } }

    /// The value of an `Allow` field (RFC 9110 §10.2.1).
    public var allow: String { methods.map(\.name).joined(separator: ", ") }

    @usableFromInline static func bit(of method: Method) -> UInt8 {
        switch method {
        case .options: 1 << 0
        case .get: 1 << 1
        case .head: 1 << 2
        case .post: 1 << 3
        case .put: 1 << 4
        case .patch: 1 << 5
        case .delete: 1 << 6
        case .other: 1 << 7
        }
    }
}
