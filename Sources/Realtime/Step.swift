/// The part of a turn that the hub may take: for telling changes, for looking at tokens, for those
/// who have waited for either.
struct Step {
    private let end: ContinuousClock.Instant?
    private let uptime: () -> ContinuousClock.Instant
    private var units = 0

    /// A step that begins now.
    ///
    /// - Parameters:
    ///   - time: Nil for one that does not end.
    ///   - uptime: The monotonic clock.
    init(_ time: Duration?, uptime: @escaping () -> ContinuousClock.Instant) {
        self.uptime = uptime
        end = time.map { uptime() + $0 }
    }

    /// Whether its time is over.
    var isOver: Bool { end.map { uptime() >= $0 } ?? false }

    /// The same after a unit of work of about a microsecond: the clock is read now and then.
    mutating func isOverAfterUnit() -> Bool {
        units += 1
        guard units >= RealtimeLimits.unitsPerLook else { return false }
        units = 0
        return isOver
    }

    /// Counts look-ups: some tens of microseconds each, so the clock is read behind every one.
    mutating func count(lookUps: Int) { units += lookUps * RealtimeLimits.unitsPerLook }

    /// Counts frames that were made.
    mutating func count(frameBytes: Int) { units += frameBytes / RealtimeLimits.frameBytesPerUnit }
}
