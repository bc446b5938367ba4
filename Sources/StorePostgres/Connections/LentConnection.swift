import Diagnostics
import Network
public import PostgresWire

/// A connection that belongs to one caller until it is given back: for transactions of several
/// round trips, and for what a session remembers. Confined to its loop's thread.
public final class LentConnection {
    /// What becomes of a connection that is given back.
    public enum Return: Hashable, Sendable {
        /// The next one has it, without a transaction: one that is open is rolled back.
        case forOthers
        /// It is closed: the session remembers something (LISTEN, a lock, a setting).
        case closed
    }

    private let connection: PostgresConnection
    private var isOver = false
    private var waiting: [UnitRun] = []
    /// Is told what comes on channels that the session listens to.
    public var onNotification: ((Notification) -> Void)?
    /// Is told that the connection is gone.
    public var onEnd: (() -> Void)?

    init(_ connection: PostgresConnection) {
        self.connection = connection
        connection.loan = self
    }

    deinit {
        if !isOver { connection.takeBack(.closed) }
    }

    /// Whether the connection is still there.
    public var isOpen: Bool { !isOver && !connection.isOver && !connection.isAbandoned }

    /// The process that serves the session; nil behind what does not tell.
    public var processID: Int32? { connection.session.cancelKey?.processID }

    /// Runs a unit after those before it. Nothing is run again by itself, whatever it is: it may be
    /// part of a transaction.
    @discardableResult
    public func submit(_ unit: PostgresUnit, within timeout: Duration) -> UnitToken {
        let loop = connection.loop
        let run = UnitRun(
            unit, on: .exclusive, deadline: loop.nowMilliseconds &+ timeout.wholeMilliseconds,
            isWhole: false)
        waiting.append(run)
        loop.atEndOfTurn { [self] in advance() }
        return UnitToken(run: run)
    }

    /// Gives the connection back. What has been submitted and not begun fails.
    public func giveBack(_ how: Return = .forOthers) {
        guard !isOver else { return }
        isOver = true
        failWaiting()
        connection.takeBack(how)
    }

    /// Begins what waits, if the connection has room.
    func advance() {
        waiting.removeAll { $0.phase == .over }
        guard isOpen else { return failWaiting() }
        while connection.hasRoom, !waiting.isEmpty { connection.begin(waiting.removeFirst()) }
    }

    func connectionEnded() {
        failWaiting()
        onEnd?()
    }

    private func failWaiting() {
        let runs = waiting
        waiting = []
        for run in runs { run.tell(.failure(.lost(mayHaveRun: false))) }
    }
}

@available(*, unavailable)
extension LentConnection: Sendable {}

extension PostgresConnection {
    /// The caller that it was lent to is done with it.
    func takeBack(_ how: LentConnection.Return) {
        loan = nil
        guard !isOver else { return }
        if how == .closed { retire() }
        // One that is to be left since, while it was lent, has waited for this.
        settle()
    }
}
