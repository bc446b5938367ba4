import PostgresWire

/// A unit on its way: from its submission until its owner has been told, or it was withdrawn.
/// Confined to its loop's thread.
final class UnitRun {
    enum Phase {
        /// For a connection, or for its next attempt.
        case waiting
        case running
        /// Its owner has been told, or wants to hear nothing.
        case over
    }

    /// Why it is being ended before its time.
    enum Fate: Hashable {
        case timedOut
        case answerTooLarge
        case withdrawn
    }

    let unit: PostgresUnit
    let lane: Lane
    /// When its time is over, in milliseconds of the loop's clock.
    let deadline: UInt64
    var phase = Phase.waiting
    var fate: Fate?
    /// Its number on the connection that runs it, and that.
    var id: UnitID?
    weak var connection: PostgresConnection?
    /// Bytes of rows in this attempt.
    var answerBytes = 0
    var history = UnitHistory()

    init(_ unit: PostgresUnit, on lane: Lane, deadline: UInt64) {
        self.unit = unit
        self.lane = lane
        self.deadline = deadline
    }

    /// Tells the owner, once.
    func tell(_ result: Result<TransactionStatus, UnitFailure>) {
        guard phase != .over else { return }
        phase = .over
        unit.completion(result)
    }
}

@available(*, unavailable)
extension UnitRun: Sendable {}

/// What lets a unit be withdrawn. To be used on the loop.
public struct UnitToken {
    let run: UnitRun

    /// Nobody is told of the unit any more. One that has not begun never does; one that runs is
    /// cancelled.
    public func withdraw() {
        guard run.phase != .over else { return }
        run.phase = .over
        run.fate = .withdrawn
        run.connection?.withdrawn(run)
    }
}

@available(*, unavailable)
extension UnitToken: Sendable {}
