import CLinux
import Glibc

/// One thread's connections, polled with epoll and served without allocation.
@safe
final class LoadWorker {
    /// One connection, its answer so far, when its request was sent and the answer whole.
    @safe
    private final class Connection {
        var wire: Wire
        let buffer: UnsafeMutablePointer<UInt8>
        var count = 0
        var sentAt: UInt64 = 0
        var receivedAt: UInt64 = 0
        var scanner = ResponseScanner()
        static let capacity = 1 << 20

        init(_ wire: Wire) {
            self.wire = wire
            unsafe buffer = .allocate(capacity: Connection.capacity)  // pages appear when used
        }

        deinit {
            unsafe buffer.deallocate()
        }
    }

    private let mix: RequestMix
    private let server: Server
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
        self.server = server
        random = Xorshift(seed: seed &+ UInt64(truncatingIfNeeded: time(nil)))
        poll = epoll_create1(0)
        for index in 0..<count {
            connections.append(Connection(try Wire(to: server)))
            try watch(index)
        }
    }

    deinit { close(poll) }

    /// Sends until the time `end` of the monotonic clock, then awaits the answers that are due.
    func run(until end: UInt64) throws(BenchmarkError) -> Measurement {
        for index in connections.indices { try sendNext(on: index) }
        let capacity = 256
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        defer { unsafe events.deallocate() }
        while busy > 0 {
            let ready = unsafe epoll_wait(poll, events, Int32(capacity), 10_000)
            if ready == 0 { throw BenchmarkError("no answer for ten seconds") }
            if ready < 0 { continue }
            for index in 0..<Int(ready) {
                let number = Int(unsafe events[index].data.u32)
                let connection = connections[number]
                guard try receive(on: connection) else { continue }
                busy -= 1
                if connection.receivedAt < end { try sendNext(on: number) }
            }
        }
        return result
    }

    private func watch(_ index: Int) throws(BenchmarkError) {
        let wire = connections[index].wire
        wire.stopWaiting()
        var event = unsafe epoll_event()
        unsafe event.events = 1  // EPOLLIN
        unsafe event.data.u32 = UInt32(index)
        if unsafe epoll_ctl(poll, EPOLL_CTL_ADD, wire.descriptor, &event) != 0 {
            throw .last("epoll_ctl")
        }
    }

    /// Closes a connection and makes another, which resumes its TLS session.
    private func reconnect(_ index: Int) throws(BenchmarkError) {
        let earlier = connections[index].wire
        let wire = try Wire(to: server, resuming: earlier)
        if server.isSecure, !wire.isResumed { throw BenchmarkError("a session was not resumed") }
        connections[index].wire = wire
        try watch(index)
    }

    private func sendNext(on index: Int) throws(BenchmarkError) {
        let connection = connections[index]
        busy += 1
        request.removeAll(keepingCapacity: true)
        mix.append(to: &request, &random)
        connection.count = 0
        connection.scanner = ResponseScanner()
        connection.sentAt = monotonicNanoseconds()
        if mix.reconnects, connection.receivedAt > 0 { try reconnect(index) }
        try connection.wire.send(request)
    }

    /// Whether the answer is whole now.
    private func receive(on connection: Connection) throws(BenchmarkError) -> Bool {
        let room = Connection.capacity - connection.count
        connection.count += try unsafe connection.wire.receive(
            into: connection.buffer + connection.count, count: room)
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
