/// Whether notifications arrive. LISTEN succeeds everywhere and does nothing behind a pooler that
/// gives each transaction another session, so that only what comes can tell.
struct NotificationTrust {
    /// Whether they do, as far as is known.
    private(set) var isListening = false
    /// The newest cut that was told of by a notification, and by an answer.
    private var notified: Int64
    private var found: Int64

    /// - Parameter newest: the newest cut so far.
    init(newest: Int64) {
        notified = newest
        found = newest
    }

    /// A notification has come.
    mutating func take(notified cut: Int64) {
        notified = cut
        isListening = true
    }

    /// An answer has told of the newest cut. The notification of a new one may still be on its way;
    /// that of the one before is lost if it has not come by now.
    mutating func take(found cut: Int64) {
        if found > notified { isListening = false }
        found = cut
    }

    /// The session is gone.
    mutating func takeLoss() {
        isListening = false
        notified = found
    }
}
