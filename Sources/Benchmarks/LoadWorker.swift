import CLinux
import Glibc

/// One thread's connections, polled with epoll and served without allocation.
@safe
final class LoadWorker {
    /// One connection, its answer so far, when its request was sent and the answer whole.
    @safe
    private final class Connection {
        let descriptor: Int32
        let buffer: UnsafeMutablePointer<UInt8>
        var count = 0
        var sentAt: UInt64 = 0
        var receivedAt: UInt64 = 0
        var scanner = ResponseScanner()
        static let capacity = 1 << 20

        init(_ descriptor: Int32) {
            self.descriptor = descriptor
            unsafe buffer = .allocate(capacity: Connection.capacity)  // pages appear when used
        }

        deinit {
            close(descriptor)
            unsafe buffer.deallocate()
        }
    }

    private let mix: RequestMix
    private let poll: Int32
    private var connections: [Connection] = []
    private var random: Xorshift
    private var request: [UInt8] = []
    /// Connections whose answer is awaited.
    private var busy = 0
    private var result = Measurement()

    init(
        _ mix: RequestMix, _ server: Server, connections count: Int, seed: UInt64
    ) throws(BenchmarkError) {
        self.mix = mix
        random = Xorshift(seed: seed &+ UInt64(truncatingIfNeeded: time(nil)))
        poll = epoll_create1(0)
        for index in 0..<count {
            let connection = Connection(try connectToLoopback(port: server.port))
            var event = unsafe epoll_event()
            unsafe event.events = 1  // EPOLLIN
            unsafe event.data.u32 = UInt32(index)
            if unsafe epoll_ctl(poll, EPOLL_CTL_ADD, connection.descriptor, &event) != 0 {
                throw .last("epoll_ctl")
            }
            connections.append(connection)
        }
    }

    deinit { close(poll) }

    /// Sends until the time `end` of the monotonic clock, then awaits the answers that are due.
    func run(until end: UInt64) throws(BenchmarkError) -> Measurement {
        for connection in connections { try sendNext(on: connection) }
        let capacity = 256
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        defer { unsafe events.deallocate() }
        while busy > 0 {
            let ready = unsafe epoll_wait(poll, events, Int32(capacity), 10_000)
            if ready == 0 { throw BenchmarkError("no answer for ten seconds") }
            if ready < 0 { continue }
            for index in 0..<Int(ready) {
                let connection = connections[Int(unsafe events[index].data.u32)]
                guard try receive(on: connection) else { continue }
                busy -= 1
                if connection.receivedAt < end { try sendNext(on: connection) }
            }
        }
        return result
    }

    private func sendNext(on connection: Connection) throws(BenchmarkError) {
        busy += 1
        request.removeAll(keepingCapacity: true)
        mix.append(to: &request, &random)
        connection.count = 0
        connection.scanner = ResponseScanner()
        connection.sentAt = monotonicNanoseconds()
        let sent = unsafe send(connection.descriptor, request, request.count, Int32(MSG_NOSIGNAL))
        if sent != request.count { throw .last("send") }
    }

    /// Whether the answer is whole now.
    private func receive(on connection: Connection) throws(BenchmarkError) -> Bool {
        let room = Connection.capacity - connection.count
        let got = unsafe recv(connection.descriptor, connection.buffer + connection.count, room, 0)
        if got == 0 { throw BenchmarkError("the server closed a connection") }
        if got < 0 { throw .last("recv") }
        connection.count += got
        guard unsafe connection.scanner.isComplete(connection.buffer, count: connection.count)
        else { return false }
        connection.receivedAt = monotonicNanoseconds()
        result.latencies.record(connection.receivedAt - connection.sentAt)
        result.count += 1
        if !(200..<300).contains(connection.scanner.status) { noteFailure(connection) }
        return true
    }

    private func noteFailure(_ connection: Connection) {
        result.failures += 1
        guard result.firstFailure == nil else { return }
        let bytes = unsafe UnsafeBufferPointer(
            start: connection.buffer, count: min(connection.count, 600))
        result.firstFailure = unsafe String(decoding: bytes, as: UTF8.self)
    }
}
