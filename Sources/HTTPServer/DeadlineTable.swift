import Diagnostics

/// The deadlines of a server as numbers of milliseconds.
struct DeadlineTable: Sendable {
    /// No deadline.
    static let never = UInt64.max

    let head: UInt64
    let body: UInt64
    let idle: UInt64
    let write: UInt64
    let drain: UInt64
    let webSocketIdle: UInt64
    let webSocketPong: UInt64
    let webSocketClose: UInt64
    /// How often deadlines are looked at.
    let tick: UInt64
    private let bodyBytesPerSecondMin: Int

    init(_ deadlines: HTTPDeadlines) {
        head = deadlines.head.wholeMilliseconds
        body = deadlines.body.wholeMilliseconds
        idle = deadlines.idle.wholeMilliseconds
        write = deadlines.write.wholeMilliseconds
        drain = deadlines.drain.wholeMilliseconds
        webSocketIdle = deadlines.webSocketIdle.wholeMilliseconds
        webSocketPong = deadlines.webSocketPong.wholeMilliseconds
        webSocketClose = deadlines.webSocketClose.wholeMilliseconds
        let bounds = HTTPServerLimits.deadlineTickMilliseconds
        let quarter = deadlines.shortest.wholeMilliseconds / 4
        tick = min(max(quarter, bounds.lowerBound), bounds.upperBound)
        bodyBytesPerSecondMin = max(deadlines.bodyBytesPerSecondMin, 1)
    }

    /// The time that bytes of a body are worth.
    func earned(by byteCount: Int) -> UInt64 {
        UInt64(byteCount) * 1_000 / UInt64(bodyBytesPerSecondMin)
    }
}
