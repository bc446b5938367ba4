import Diagnostics

/// A connection that is being made. Confined to its loop's thread, which holds it until it is over.
///
///                 .---------next endpoint-----------.
///                 v                                 |
///     begun --> look-up --> race of addresses --> handshake --> connected
///       '---------'---------------'-----------------'--cancel(), time, loop's end--> over
public final class PendingConnection {
    private enum Phase {
        /// Begun, or between two endpoints.
        case waiting
        case lookUp(Resolution)
        case race(AddressRace)
        case handshake(TLSHandshake)
        case over
    }

    private let endpoints: [Endpoint]
    private let options: ConnectOptions
    private let security: Connector.Security?
    private let loop: EventLoop
    private let resolver: Resolver
    private var completion: ((Connector.Outcome) -> Void)?
    private var phase = Phase.waiting
    /// Which endpoint is being tried.
    private var index = 0
    /// The address that has been connected to, if its name was looked up.
    private var address: String?
    private var failures: [ConnectError.Failure] = []
    /// Begins, and then ends the time of an endpoint.
    private var timer: TimerToken?
    /// When all endpoints' time is over, in milliseconds of the loop's clock.
    private let end: UInt64

    init(
        _ endpoints: [Endpoint], _ options: ConnectOptions, _ security: Connector.Security?,
        on loop: EventLoop, _ resolver: Resolver,
        _ completion: @escaping (Connector.Outcome) -> Void
    ) {
        self.endpoints = endpoints
        self.options = options
        self.security = security
        self.loop = loop
        self.resolver = resolver
        self.completion = completion
        end = loop.nowMilliseconds &+ options.timeout.wholeMilliseconds
    }

    /// Gives up, at any moment: nobody is told, and what has been opened is closed. Does nothing
    /// when it is over.
    public func cancel() {
        if isOver { return }
        completion = nil
        finish(.failed(ConnectError(failures)))
    }

    /// Whether nothing is under way any more.
    public var isOver: Bool {
        if case .over = phase { true } else { false }
    }

    /// The first step is taken in the next turn, so that nobody is told before they have what can
    /// be cancelled, and a caller who tries again and again leaves others their turn.
    func begin() {
        guard loop.hold(self) else {
            phase = .over
            completion = nil
            return
        }
        timer = loop.schedule(after: .zero) { [weak self] in self?.timerFired() }
    }

    /// Called by the loop while it still knows its registrations.
    func loopEnded() { fail([.loopEnded], isLast: true) }

    private var endpoint: Endpoint { endpoints[index] }

    private func timerFired() {
        switch phase {
        case .waiting: tryEndpoint()
        case .lookUp: fail([.timedOut(.lookUp)])
        case .race(let race):
            note(race.failures)
            for address in race.underWay {
                failures.append(
                    .init(endpoint, address: address.shownHost, .timedOut(.connection)))
            }
            fail([])
        case .handshake: fail([.timedOut(.handshake)])
        case .over: break
        }
    }

    private func tryEndpoint() {
        let left = Duration.milliseconds(end - min(end, loop.nowMilliseconds))
        timer?.rearm(after: min(left, options.endpointTimeout))
        do throws(NetworkError) {
            switch endpoint {
            case .unix(let path): race([try SocketAddress(unixPath: path)])
            case .host(let name, let port):
                guard (1...65535).contains(port) else { throw .invalidPort(port) }
                if let address = SocketAddress(numericHost: name, port: port) {
                    race([address])
                } else {
                    lookUp(name, port)
                }
            }
        } catch {
            fail([.system(error)])
        }
    }

    private func lookUp(_ name: String, _ port: Int) {
        let resolution = Resolution { [weak self] answer in
            guard let self else { return }
            switch answer {
            case .success(let addresses):
                race(addresses.alternatingFamilies().map { $0.with(port: port) })
            case .failure(let failure): fail([.init(failure)])
            }
        }
        phase = .lookUp(resolution)
        resolver.resolve(name, for: resolution, on: loop)
    }

    private func race(_ addresses: [SocketAddress]) {
        let race = AddressRace(addresses, on: loop, options)
        phase = .race(race)
        race.start { [weak self] outcome in
            guard let self else { return }
            switch outcome {
            case .won(let descriptor, let address): adopt(descriptor, of: address)
            case .lost(let failures):
                note(failures)
                fail([])
            }
        }
    }

    private func adopt(_ descriptor: Int32, of address: SocketAddress) {
        let socket: StreamSocket
        do throws(NetworkError) {
            socket = try StreamSocket(
                descriptor, on: loop, peerAddress: address.shownHost ?? endpoint.name)
        } catch {
            closeDescriptor(descriptor)
            return fail([.system(error)])
        }
        guard let security else { return finish(.connected(socket, endpoint: index)) }
        self.address = address.shownHost
        secure(socket, security)
    }

    private func secure(_ socket: StreamSocket, _ security: Connector.Security) {
        let handshake = TLSHandshake(on: socket)
        phase = .handshake(handshake)
        // Our own timer ends before this one, with the endpoint's time.
        handshake.start(
            security.context, name: security.name ?? endpoint.name, within: options.endpointTimeout
        ) { [weak self] outcome in
            guard let self else { return }
            switch outcome {
            case .success(let socket): finish(.connected(socket, endpoint: index))
            case .failure(let cause): fail([cause])
            }
        }
    }

    private func note(_ failed: [(address: SocketAddress, error: NetworkError)]) {
        failures += failed.map { .init(endpoint, address: $0.address.shownHost, .init($0.error)) }
    }

    /// The endpoint cannot be used. The next one is, in a turn of its own, if there is time.
    private func fail(_ causes: [ConnectError.Cause], isLast: Bool = false) {
        switch phase {
        case .over: return
        case .waiting, .lookUp: break
        // The name may lead elsewhere by now.
        case .race, .handshake: resolver.forget(endpoint.name)
        }
        failures += causes.map { .init(endpoint, address: address, $0) }
        abandon()
        address = nil
        guard !isLast, index + 1 < endpoints.count, loop.nowMilliseconds < end else {
            return finish(.failed(ConnectError(failures)))
        }
        index += 1
        phase = .waiting
        timer?.rearm(after: .zero)
    }

    /// Closes what is under way.
    private func abandon() {
        switch phase {
        case .waiting, .over: break
        case .lookUp(let resolution): resolution.cancel()
        case .race(let race): race.cancel()
        case .handshake(let handshake): handshake.cancel()
        }
    }

    private func finish(_ outcome: Connector.Outcome) {
        if case .connected = outcome {} else { abandon() }
        phase = .over
        timer?.cancel()
        timer = nil
        loop.letGo(self)
        let completion = completion
        self.completion = nil
        completion?(outcome)
    }
}

@available(*, unavailable)
extension PendingConnection: Sendable {}
