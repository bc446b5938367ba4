public import Addresses

/// Who shares what is scarce with others: whose turn it is, and who has had enough.
public enum Caller: Hashable, Sendable {
    /// Who has signed in, by the user's id, at a site: at another one he is another caller.
    case user(String, from: AddressBlock)
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
            self = user.map { .user($0, from: block.site) } ?? .anonymous(block)
        }
    }
}

/// Who or what comes from a site: from all the addresses that one subscriber may hold.
///
/// Accounts cost nothing, and addresses within a site cost nothing. So whoever has many of them has
/// no more of what is scarce than others behind one address have together.
public protocol Sited: Hashable, Sendable {
    /// The site; nil where there is none, or nobody knows it.
    var knownSite: AddressBlock? { get }
}

extension AddressBlock: Sited {
    /// The site that it is a part of; nil where nobody knows whose it is.
    public var knownSite: AddressBlock? { site.ifKnown }
}

extension Caller: Sited {
    /// The site that the call comes from; nil for the server, and where nobody knows.
    public var knownSite: AddressBlock? {
        switch self {
        case .user(_, from: let block), .anonymous(let block), .service(let block):
            block.knownSite
        case .server: nil
        }
    }

    /// Who stands for all from the caller's site; himself where nobody knows it. For what a site
    /// may have no more of than one caller may, as of a whole of which he has the half.
    public var forSite: Caller { knownSite.map(Caller.anonymous) ?? self }
}
