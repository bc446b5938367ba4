import Diagnostics

/// The first slice of a run on its thread: some time of the processor's, which no other thread
/// makes shorter, and no more than some times that by the clock.
struct FirstSlice {
    private let processorEnd: UInt64
    private let end: UInt64

    /// One that begins now, on the calling thread.
    init(_ time: Duration) {
        processorEnd = threadNanoseconds() &+ time.nanoseconds
        end = monotonicNanoseconds() &+ time.nanoseconds &* DatabaseLimits.firstSliceWaits
    }

    /// When it may be over, on the monotonic clock; nil if it is. To be asked on its thread.
    var nextLook: UInt64? {
        let (now, used) = (monotonicNanoseconds(), threadNanoseconds())
        if now >= end || used >= processorEnd { return nil }
        return min(end, now &+ (processorEnd - used))
    }
}
