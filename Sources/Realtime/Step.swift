/// The part of a turn that telling changes may take.
struct Step {
    private let end: ContinuousClock.Instant?
    private let uptime: () -> ContinuousClock.Instant
    private var bits = 0

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

    /// The same after a bit of work of about a microsecond: the clock is read now and then.
    mutating func isOverAfterBit() -> Bool {
        bits += 1
        return bits % RealtimeLimits.bitsPerLook == 0 && isOver
    }
}
