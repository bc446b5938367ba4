public import Expressions
public import Quotas

/// What bounds those who speak over one socket, whichever other sockets they have. Asked on its
/// loop.
public struct SocketQuotas {
    let admitFeed: (Identity, (any FeedPlace)?) -> FeedAdmission
    let admitMessage: (Identity) -> QuotaExhausted?

    /// - Parameters:
    ///   - admitFeed: whether somebody may have one more feed. With the place of one whose token
    ///     is renewed, whether that feed may go on as his: in the same place or in a new one, which
    ///     is taken while the former is still held.
    ///   - admitMessage: takes a message from somebody's quotas; the quota that is used up, nil to
    ///     let it in.
    public init(
        admitFeed: @escaping (Identity, (any FeedPlace)?) -> FeedAdmission = { _, _ in
            .admitted()
        },
        admitMessage: @escaping (Identity) -> QuotaExhausted? = { _ in nil }
    ) {
        self.admitFeed = admitFeed
        self.admitMessage = admitMessage
    }
}
