import Addresses
import Diagnostics
import HTTPServer
import Network
import Quotas

/// Tells the operator what becomes of connections and what is not believed of them: seldom, since
/// whoever is turned away comes again at once. Any thread.
final class ConnectionNotices: Sendable {
    private let log: Log
    private let limits: ConnectionLimits
    private let descriptors = LineQuota(.everyMinute)
    private let ofAddress = LineQuota(.everyMinute)
    private let ofAll = LineQuota(.everyMinute)
    private let ofHandshakes = LineQuota(.everyMinute)
    private let origins = LineQuota(RateLimit(burst: 1, count: 1, seconds: 3600))

    /// - Parameter limits: what is in force.
    init(log: Log, limits: ConnectionLimits) {
        self.log = log
        self.limits = limits
    }

    /// Something has happened that may be worth a line.
    func note(_ notice: ConnectionNotice) {
        switch notice {
        case .descriptorsExhausted:
            guard descriptors.take() != nil else { return }
            log.record(.descriptorsExhausted(limit: DescriptorLimit.current))
        case .tooMany(let shortage, let peer):
            let bounds = limits.connectionBounds
            let (bound, limit, quota) =
                switch shortage {
                case .ofShare: (ConnectionBound.ofAddress, bounds.each, ofAddress)
                case .ofSite: (ConnectionBound.ofSite, bounds.site, ofAddress)
                case .inAll: (ConnectionBound.ofAll, bounds.total, ofAll)
                }
            guard let untold = quota.take() else { return }
            log.record(
                .connectionsRefused(bound, limit: limit, address: peer.address, untold: untold))
        case .tooManyHandshakes(let peer):
            guard let untold = ofHandshakes.take() else { return }
            log.record(
                .handshakesRefused(
                    limit: limits.handshakesMax, address: peer.address, untold: untold))
        case .unreadOrigin(let field, let peer):
            guard origins.take() != nil else { return }
            log.record(.originUnread(field: field.rawValue, address: peer.address))
        }
    }
}

extension RateLimit {
    fileprivate static let everyMinute = RateLimit(burst: 1, count: 1, seconds: 60)
}
