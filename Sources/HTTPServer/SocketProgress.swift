import Network

/// How far a socket had come when it was last looked at.
struct SocketProgress {
    private var received = 0
    private var sent = 0
    /// How far the peer had read when the deadline began.
    private var stalledAt = 0
    private var deadline = DeadlineTable.never

    /// Counts the bytes since the last time.
    mutating func count(_ socket: StreamSocket, in counters: CounterCells) {
        counters.receivedBytes.add(socket.receivedBytes - received)
        counters.sentBytes.add(socket.sentBytes - sent)
        received = socket.receivedBytes
        sent = socket.sentBytes
    }

    /// Whether the peer has taken nothing of what waits for it since the write deadline began.
    mutating func isStalled(_ socket: StreamSocket, now: UInt64, _ deadlines: DeadlineTable) -> Bool
    {
        if socket.queuedBytes == 0 {
            deadline = DeadlineTable.never
        } else if deadline == DeadlineTable.never || socket.sentBytes != stalledAt {
            stalledAt = socket.sentBytes
            deadline = now + deadlines.write
        }
        return now >= deadline
    }
}
