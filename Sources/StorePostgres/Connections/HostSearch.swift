import Network
import PostgresWire

/// Looks for a server among the hosts of a target, for one connection of a lane. Confined to its
/// loop's thread.
final class HostSearch {
    typealias Outcome = Result<PostgresConnection, SearchFailure>

    /// Why no host could be used: how each of them failed.
    struct SearchFailure: Error {
        let failures: [HostFailure]

        /// What to do about it: what any of them asks for, the most urgent first.
        var treatment: HostFailure.Treatment {
            let asked = Set(failures.map(\.treatment))
            let order: [HostFailure.Treatment] = [.goBare, .shrink, .backOff, .wait]
            return order.first { asked.contains($0) } ?? .backOff
        }
    }

    private enum Phase {
        case waiting
        case opening(TransportOpening)
        case starting(PostgresConnection)
        case over
    }

    private let cluster: PostgresCluster
    private let lane: Lane
    private let loop: EventLoop
    private var order: TrialOrder
    private var phase = Phase.waiting
    private var failures: [HostFailure] = []
    private var completion: ((Outcome) -> Void)?

    init(_ lane: Lane, cluster: PostgresCluster, on loop: EventLoop) {
        self.lane = lane
        self.cluster = cluster
        self.loop = loop
        let target = cluster.configuration.target
        let hosts =
            switch target.hostOrder {
            case .disable: target.hosts
            case .random: target.hosts.shuffled()
            }
        order = TrialOrder(
            hosts, for: cluster.configuration.attributes(for: lane), target: target)
    }

    /// Begins. `completion` is called once, not before this returns, unless it is cancelled.
    func start(_ completion: @escaping (Outcome) -> Void) {
        self.completion = completion
        if let trial = order.first() { attempt(trial) }
    }

    /// Gives up: nobody is told, and what has been opened is closed.
    func cancel() {
        completion = nil
        switch phase {
        case .waiting, .over: break
        case .opening(let opening): opening.cancel()
        case .starting(let connection): connection.abort()
        }
        phase = .over
    }

    private func attempt(_ trial: HostTrial) {
        let opening = TransportOpening(to: trial.host, trial.use, cluster: cluster, on: loop)
        phase = .opening(opening)
        opening.start { [weak self] outcome in
            guard let self else { return }
            switch outcome {
            case .failed(let cause): fail(trial, cause)
            case .opened(let socket, let transport): begin(trial, socket, transport)
            }
        }
    }

    private func begin(_ trial: HostTrial, _ socket: StreamSocket, _ transport: Transport) {
        let connection = PostgresConnection(
            socket, to: trial.host, over: transport, lane: lane, cluster: cluster)
        phase = .starting(connection)
        connection.start { [weak self, weak connection] cause in
            guard let self, let connection else { return }
            if let cause { return fail(trial, cause) }
            guard suits(connection, trial.attributes) else {
                connection.retire()
                return fail(trial, unsuitable(connection, trial.attributes))
            }
            phase = .over
            let completion = completion
            self.completion = nil
            completion?(.success(connection))
        }
    }

    /// Whether a server is what is wanted, by what it has reported. What we have asked for
    /// ourselves, that transactions are read only, says nothing about the server.
    private func suits(_ connection: PostgresConnection, _ attributes: SessionAttributes) -> Bool {
        let isMet = attributes.isMet(
            inHotStandby: connection.setting("in_hot_standby"),
            defaultTransactionReadOnly: lane.isReadOnly && !cluster.isBare
                ? "off" : connection.setting("default_transaction_read_only"))
        // What reports nothing, as a pooler, is taken for what it should be unless the user asks.
        return isMet ?? (cluster.configuration.target.sessionAttributes == .any)
    }

    /// Why a server is not what is wanted.
    private func unsuitable(
        _ connection: PostgresConnection, _ attributes: SessionAttributes
    ) -> HostFailure.Cause {
        let isSetSo =
            attributes == .readWrite && connection.setting("in_hot_standby") == "off"
            && connection.setting("default_transaction_read_only") == "on"
        return isSetSo ? .readOnlyByDefault : .unsuitable(attributes)
    }

    private func fail(_ trial: HostTrial, _ cause: HostFailure.Cause) {
        let failure = HostFailure(host: trial.host.shown, cause: cause)
        failures.append(failure)
        phase = .waiting
        if let next = order.next(after: trial, failure) { return attempt(next) }
        phase = .over
        let completion = completion
        self.completion = nil
        completion?(.failure(SearchFailure(failures: failures)))
    }
}

@available(*, unavailable)
extension HostSearch: Sendable {}
