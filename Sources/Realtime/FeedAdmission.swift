/// Whether a caller may have one more feed.
public enum FeedAdmission {
    /// It may; nil where nobody counts.
    case admitted((any FeedPlace)? = nil)
    /// As many are open as the plan allows, for which its policy stands in log and metrics.
    case refused(plan: String, max: Int, policy: String)
}

/// The place of a feed among those that its caller may have. Belongs to the loop of its socket.
public protocol FeedPlace: AnyObject {
    /// The feed is over. Called once.
    func giveBack()
}
