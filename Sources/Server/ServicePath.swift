import Bytes

/// Which service a path belongs to, and the rest of the path behind the service's prefix.
enum ServicePath {
    case rest(ArraySlice<UInt8>)
    case auth(ArraySlice<UInt8>)
    case realtime(ArraySlice<UInt8>)
    case other

    init(_ path: ArraySlice<UInt8>) {
        if let rest = Self.rest(of: path, behind: "/rest/v1") {
            self = .rest(rest)
        } else if let rest = Self.rest(of: path, behind: "/auth/v1") {
            self = .auth(rest)
        } else if let rest = Self.rest(of: path, behind: "/realtime/v1") {
            self = .realtime(rest)
        } else {
            self = .other
        }
    }

    /// What follows `prefix` and a slash; nil when the path is another one.
    private static func rest(
        of path: ArraySlice<UInt8>, behind prefix: StaticString
    ) -> ArraySlice<UInt8>? {
        let length = prefix.utf8CodeUnitCount
        let head = path.prefix(length)
        guard ASCII.equal(head.span, prefix) else { return nil }
        let rest = path.dropFirst(length)
        guard let slash = rest.first else { return rest }
        return slash == ASCII.slash ? rest.dropFirst() : nil
    }
}
