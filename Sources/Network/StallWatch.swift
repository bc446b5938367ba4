/// Ends a connection on which no byte has moved for too long. Confined to the loop's thread.
///
/// It looks a few times within the timeout whether anything has moved: moving bytes costs nothing.
final class StallWatch {
    let timeout: Duration
    private weak var socket: StreamSocket?
    private var timer: TimerToken?
    private var movedBytes: Int
    private var quietLooks = 0

    init(_ socket: StreamSocket, timeout: Duration) {
        self.timeout = timeout
        self.socket = socket
        movedBytes = socket.movedBytes
        timer = socket.loop.schedule(after: period) { [weak self] in self?.look() }
    }

    private var period: Duration { timeout / NetworkLimits.stallLooks }

    func cancel() { timer?.cancel() }

    private func look() {
        guard let socket else { return }
        quietLooks = movedBytes == socket.movedBytes ? quietLooks + 1 : 0
        movedBytes = socket.movedBytes
        // What moved last may have done so right after the look before: one look more.
        if quietLooks > NetworkLimits.stallLooks { return socket.finish(.stalled) }
        timer?.rearm(after: period)
    }
}
