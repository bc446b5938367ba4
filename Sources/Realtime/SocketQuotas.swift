public import Expressions
public import Quotas

/// What bounds those who speak over one socket, whichever other sockets they have. Asked on its
/// loop.
public struct SocketQuotas {
    let admitFeed: (Identity) -> FeedAdmission
    let admitMessage: (Identity) -> QuotaExhausted?

    /// - Parameters:
    ///   - admitFeed: whether somebody may have one more feed.
    ///   - admitMessage: takes a message from somebody's quotas; the quota that is used up, nil to
    ///     let it in.
    public init(
        admitFeed: @escaping (Identity) -> FeedAdmission = { _ in .admitted() },
        admitMessage: @escaping (Identity) -> QuotaExhausted? = { _ in nil }
    ) {
        self.admitFeed = admitFeed
        self.admitMessage = admitMessage
    }
}
