import Diagnostics
import Glibc

/// Why a name was not turned into addresses.
enum LookUpFailure: Error, Hashable, Sendable {
    /// There is no such name, or it has no address.
    case notFound(reason: String)
    /// It could not be found out; `reason` is the resolver's.
    case failed(reason: String)
    /// Too many names are being looked up.
    case busy

    /// The resolver's words.
    var reason: String {
        switch self {
        case .notFound(let reason), .failed(let reason): reason
        case .busy: "too many names are being looked up"
        }
    }

    /// What `getaddrinfo` has just returned.
    init(code: Int32) {
        let reason: String =
            code == EAI_SYSTEM
            ? systemMessage(errno)
            : unsafe gai_strerror(code).map { unsafe String(cString: $0) } ?? "no reason given"
        self = code == EAI_NONAME ? .notFound(reason: reason) : .failed(reason: reason)
    }
}
