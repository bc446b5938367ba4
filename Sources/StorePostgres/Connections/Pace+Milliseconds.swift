import Quotas

extension Pace {
    /// Of a plan that nobody has run, by the loops' clock in milliseconds.
    ///
    /// One slow run alone says little: a busy server is late now and then.
    convenience init() {
        self.init(
            time: ConnectionLimits.slowMilliseconds, runsMin: ConnectionLimits.slowRunsMin)
    }
}
