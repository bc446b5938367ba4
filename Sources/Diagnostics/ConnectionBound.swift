/// What no more connections may be open within.
public enum ConnectionBound: Sendable {
    /// Those of all.
    case ofAll
    /// Those of one address.
    case ofAddress
    /// Those of all networks of one IPv6 site.
    case ofSite

    /// The setting that it follows from.
    var setting: String {
        switch self {
        case .ofAll: "limits.connections"
        case .ofAddress, .ofSite: "limits.connections_per_address"
        }
    }
}
