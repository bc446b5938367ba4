import Addresses
import Auth
import Bytes
import Configuration
import Expressions
import HTTP
import Quotas
import Realtime
import Store

// Which requests a limit is about, and whose they are.

extension Throttle.Limit {
    /// How much of a table a limit is about.
    enum Reach { case none, some, all }

    /// How much of the paths that begin with a table's prefix it is about. What belongs to no
    /// service, probes and scrapers, has to be named.
    func reach(ofTable prefix: String) -> Reach {
        if selection.routes.isEmpty { return prefix.isEmpty ? .none : .all }
        let table = PathWords.words(prefix)
        if selection.routes.contains(where: { prefix == "/\($0)/v1" }) { return .all }
        if paths.contains(where: { table.starts(with: $0) }) { return .all }
        return paths.contains { $0.starts(with: table) } ? .some : .none
    }

    /// Whether it is about what a request does, and whom it speaks for.
    func concerns(_ method: HTTP.Method, _ identity: Identity) -> Bool {
        guard selection.verbs.isEmpty || selection.verbs.contains(.init(method)) else {
            return false
        }
        return concerns(identity)
    }

    private func concerns(_ identity: Identity) -> Bool {
        if selection.roles.isEmpty { return !identity.isService }
        return selection.roles.contains { $0.rawValue == identity.role.rawValue }
    }

    /// Whether it is about the messages over sockets: those have neither a verb nor a model.
    func concernsMessages(of identity: Identity) -> Bool {
        guard selection.verbs.isEmpty, selection.models.isEmpty, concerns(identity) else {
            return false
        }
        return selection.routes.isEmpty || selection.routes.contains("realtime")
            || paths.contains { PathWords.socket.starts(with: $0) }
    }

    /// Whether it depends on a request's path.
    func readsPath(isOfTable: Bool) -> Bool { !isOfTable || !selection.models.isEmpty }

    /// Whether it is about a path.
    func concerns(_ path: PathWords, isOfTable: Bool) -> Bool {
        guard isOfTable || paths.contains(where: { path.words.starts(with: $0) }) else {
            return false
        }
        return selection.models.isEmpty || path.model.map(models.contains) ?? false
    }
}

/// The segments of a path as those understand it who answer it: decoded, and without empty ones.
struct PathWords {
    let words: [[UInt8]]

    init(_ path: ArraySlice<UInt8>) {
        words = path.split(separator: ASCII.slash).map { segment in
            PercentEncoding.decode(segment, plusIsSpace: false) ?? Array(segment)
        }
    }

    /// The model that the path names.
    var model: [UInt8]? {
        words.count == 3 && words.starts(with: Self.rest) ? words[2] : nil
    }

    private static let rest = words("/rest/v1")

    /// What is served behind which prefix; of rest the models come to it.
    private static let served: [(prefix: [[UInt8]], paths: [PathPattern])] = [
        ("/auth/v1", AuthService.paths), ("/realtime/v1", RealtimeHub.paths),
        ("", StatusEndpoints.paths),
    ].map { (words($0), $1) }

    /// Whether something is served at a path of a setting or below it.
    static func isServed(_ path: String, models: [String]) -> Bool {
        let words = words(path)
        // Of functions nobody knows the names.
        let tables = models.map(PathPattern.init(word:)) + ["rpc/{function}"]
        return (served + [(rest, tables)]).contains { prefix, paths in
            if words.count <= prefix.count { return prefix.starts(with: words) }
            return words.starts(with: prefix)
                && paths.contains { $0.isReached(from: words.dropFirst(prefix.count)) }
        }
    }

    /// The path of sockets.
    static let socket = words("/realtime/v1/websocket")

    /// The segments of a path in a setting.
    static func words(_ path: String) -> [[UInt8]] {
        path.utf8.split(separator: ASCII.slash).map { Array($0) }
    }
}

extension ThrottleLimit.Verb {
    /// What a method does.
    fileprivate init(_ method: HTTP.Method) {
        switch method {
        case .get, .head, .options, .other: self = .read
        case .post: self = .create
        case .put, .patch: self = .update
        case .delete: self = .delete
        }
    }
}

extension ThrottleLimit.Subject {
    /// Whose bucket is taken from; nil where none is.
    ///
    /// - Parameter key: the hash of the API key, where one of the project's was shown: of others
    ///   anybody can make up as many as he likes.
    func subject(
        of identity: Identity, from block: AddressBlock, key: @autoclosure () -> Int?
    ) -> ThrottlePolicy.Subject? {
        switch self {
        case .caller: .caller(identity.quotaHolder(from: block))
        case .address: .address(block)
        case .user: identity.userID.map(ThrottlePolicy.Subject.user)
        case .key: key().map(ThrottlePolicy.Subject.key) ?? .address(block)
        case .all: .all
        }
    }
}

extension Identity {
    /// Whose quotas a call from an address is counted against: a user's are his own, wherever he
    /// calls from. A limit or plan says what each may do, which is not what is left to others.
    func quotaHolder(from block: AddressBlock) -> Caller {
        caller(from: userID == nil || isService ? block : .none)
    }
}
