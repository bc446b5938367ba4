public import Addresses

/// Who shares what is scarce with others: whose turn it is, and who has had enough.
public enum Caller: Hashable, Sendable {
    /// Who has signed in, by the user's id, from wherever.
    case user(String)
    /// Whoever calls from an address without having signed in.
    case anonymous(AddressBlock)
    /// A holder of the service key, by where the call comes from.
    case service(AddressBlock)
    /// The server itself: start-up, the command line, what it does for no request.
    case server

    /// Who calls from an address.
    ///
    /// - Parameters:
    ///   - user: The id of who has signed in.
    ///   - isService: Whether the service key was shown, which counts before all else.
    public init(user: String? = nil, isService: Bool = false, from block: AddressBlock) {
        if isService {
            self = .service(block)
        } else {
            self = user.map(Caller.user) ?? .anonymous(block)
        }
    }
}
