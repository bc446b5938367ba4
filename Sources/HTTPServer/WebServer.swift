public import Diagnostics
public import Network
public import Quotas
import Synchronization

/// An HTTP/1.1 and WebSocket server: one listener, application and set of connections per loop.
///
/// `start` and `drain` block their caller and are not to be called on a loop.
public final class WebServer: Sendable {
    private struct Running {
        var threads: [LoopThread] = []
        var servers: [LoopBound<ServerLoop>] = []
        var port = 0
    }

    private let configuration: HTTPServerConfiguration
    private let makeApplication: @Sendable (LoopContext) throws(Problem) -> any Application
    private let cells: [CounterCells]
    private let running = Mutex(Running())

    /// A server that does not listen yet. `makeApplication` is called once on every loop, on all at
    /// the same time.
    public init(
        configuration: HTTPServerConfiguration,
        makeApplication: @escaping @Sendable (LoopContext) throws(Problem) -> any Application
    ) {
        precondition(configuration.loops > 0, "a server has a loop")
        self.configuration = configuration
        self.makeApplication = makeApplication
        cells = (0..<configuration.loops).map { _ in CounterCells() }
    }

    /// Binds the port, starts a thread per loop, builds the applications and begins to accept.
    ///
    /// - Throws: a `Problem` that names what is wrong: `address_in_use`, a file of `tls` that
    ///   cannot be read, or whatever an application throws. Nothing is left running then.
    public func start() throws(Problem) {
        let tls = try configuration.tls.map { files throws(Problem) in try files.makeContext() }
        let sockets = try bind()
        var started = Running()
        started.port = sockets[0].port
        do throws(Problem) {
            for index in sockets.indices { started.threads.append(try startThread(index)) }
            // All applications stand before the first connection is accepted.
            try buildApplications(&started)
            try listen(started, on: sockets, tls: tls)
        } catch {
            for thread in started.threads { thread.stop() }
            for thread in started.threads { thread.join() }
            throw error
        }
        running.withLock { $0 = started }
    }

    /// The port listened on, also when 0 was configured; 0 before `start`.
    public var port: Int { running.withLock { $0.port } }

    /// The loops, in the order of their index; none before `start`.
    public var loops: [LoopContext] { running.withLock { $0.threads.map(\.context) } }

    /// What bodies, answers and queues are taken from.
    public var memory: MemoryPool { configuration.memory }

    /// TLS handshakes that have begun and are not done.
    public var handshakes: Int { handshakeCount.count }

    /// What each loop has done since `start`.
    public var counters: [HTTPCounters] { cells.map(\.snapshot) }

    /// Stops to accept, lets requests finish, tells WebSocket sessions, and returns when all
    /// connections are done or the time is over and the rest is cut. The loops have ended then.
    public func drain(deadline: Duration) {
        let stopped = running.withLock { running in
            defer { running = Running() }
            return running
        }
        for (thread, server) in zip(stopped.threads, stopped.servers) {
            thread.context.post { server.value.drain(deadline: deadline) }
        }
        // A loop's part must outlive its drain: the optimiser may let go of it after its last use,
        // and the ticker that ends the loop holds it weakly.
        withExtendedLifetime(stopped.servers) {
            for thread in stopped.threads { thread.join() }
        }
    }

    private func bind() throws(Problem) -> [ListeningSocket] {
        do throws(NetworkError) {
            return try ListeningSocket.bind(
                host: configuration.host, port: configuration.port, count: configuration.loops)
        } catch {
            throw Problem(error)
        }
    }

    private func startThread(_ index: Int) throws(Problem) -> LoopThread {
        do throws(NetworkError) {
            return try LoopThread(index: index, name: "loop \(index)")
        } catch {
            throw Problem(error)
        }
    }

    /// All loops build theirs at the same time: each opens the database, and that a machine has
    /// many is no reason to start later.
    private func buildApplications(_ started: inout Running) throws(Problem) {
        let building = started.threads.map { beginBuilding(on: $0) }
        var failure: Problem?
        // Every loop is waited for, also when one has failed.
        for wait in building {
            do throws(Problem) {
                started.servers.append(try wait())
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func beginBuilding(
        on thread: LoopThread
    ) -> () throws(Problem) -> LoopBound<ServerLoop> {
        let makeApplication = makeApplication
        let settings = LoopSettings(configuration)
        let counters = cells[thread.context.index]
        let (connections, handshakes) = (connectionCount, handshakeCount)
        return thread.begin { loop throws(Problem) in
            let application = try makeApplication(loop.context)
            return LoopBound(
                ServerLoop(
                    loop, application: application, settings: settings, counters: counters,
                    connectionCount: connections, handshakes: handshakes),
                on: loop)
        }
    }

    private func listen(
        _ started: Running, on sockets: [ListeningSocket], tls: TLSContext?
    ) throws(Problem) {
        for (index, thread) in started.threads.enumerated() {
            let server = started.servers[index]
            let socket = sockets[index]
            do throws(NetworkError) {
                try thread.perform { _ throws(NetworkError) in
                    try server.value.listen(on: socket, tls: tls)
                }
            } catch {
                throw Problem(error)
            }
        }
    }

    private let connectionCount = ConnectionCount()
    private let handshakeCount = HandshakeCount()
}
