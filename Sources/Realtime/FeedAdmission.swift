/// Whether a caller may have one more feed.
public enum FeedAdmission {
    /// It may. `release` is called once, on the loop, when the feed is over.
    case admitted(release: (() -> Void)? = nil)
    /// As many are open as may be.
    case refused(max: Int)
}
