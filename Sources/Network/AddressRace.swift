/// Connects to the addresses of one host, staggered, and keeps the first connection ("happy
/// eyeballs", RFC 8305). Confined to the loop's thread.
final class AddressRace {
    /// The connected descriptor, which is the caller's, and its address; or why each has failed.
    enum Outcome {
        case won(Int32, SocketAddress)
        case lost([(address: SocketAddress, error: NetworkError)])
    }

    private let addresses: [SocketAddress]
    private let loop: EventLoop
    private let options: ConnectOptions
    private var order: RaceOrder
    private var attempts: [ConnectionAttempt] = []
    /// Why attempts have failed so far.
    private(set) var failures: [(address: SocketAddress, error: NetworkError)] = []
    /// When the next address is tried as well.
    private var delay: TimerToken?
    private var completion: ((Outcome) -> Void)?

    /// A race that has not begun, in the order in which the addresses are to be tried.
    init(_ addresses: [SocketAddress], on loop: EventLoop, _ options: ConnectOptions) {
        self.addresses = addresses
        self.loop = loop
        self.options = options
        order = RaceOrder(of: addresses.count)
    }

    /// Begins. `completion` is called once, perhaps before this returns, unless it is cancelled.
    func start(_ completion: @escaping (Outcome) -> Void) {
        self.completion = completion
        delay = loop.schedule(after: options.attemptDelay) { [weak self] in
            guard let self else { return }
            take(order.advance())
        }
        take(order.advance())
    }

    /// Gives up: nobody is told, and all sockets are closed.
    func cancel() {
        completion = nil
        delay?.cancel()
        for attempt in attempts { attempt.cancel() }
        attempts = []
    }

    /// The addresses whose attempts are still under way.
    var underWay: [SocketAddress] { attempts.map(\.address) }

    private func take(_ step: RaceOrder.Step) {
        switch step {
        case .attempt(let index):
            delay?.rearm(after: options.attemptDelay)
            begin(addresses[index])
        case .wait: break
        case .lost: finish(.lost(failures))
        }
    }

    private func begin(_ address: SocketAddress) {
        let attempt = ConnectionAttempt(to: address, on: loop)
        attempts.append(attempt)
        attempt.start(options) { [weak self, weak attempt] outcome in
            guard let self else { return }
            attempts.removeAll { $0 === attempt }
            switch outcome {
            case .success(let descriptor): finish(.won(descriptor, address))
            case .failure(let error):
                failures.append((address, error))
                take(order.fail())
            }
        }
    }

    private func finish(_ outcome: Outcome) {
        let completion = completion
        cancel()
        completion?(outcome)
    }
}

@available(*, unavailable)
extension AddressRace: Sendable {}
