import Bytes
import Synchronization

@testable import PostgresWire

/// A server that says anything is heard to its end, and tells the same in one piece and in many.
/// The first byte chooses what is asked of it.
@Sendable func fuzzServer(_ bytes: [UInt8]) {
    guard let script = bytes.first else { return }
    let said = Array(bytes.dropFirst())
    _ = inAnyPieces(said) { ends in
        let listener = Listener(script: script)
        for piece in pieces(of: said, to: ends) { listener.hear(piece) }
        listener.end()
        return listener.told
    }
}

/// A session, and what it was told.
private final class Listener {
    private var session: PostgresSession
    private let script: UInt8
    private(set) var told: [String] = []
    private var isOver = false

    init(script: UInt8) {
        self.script = script
        var configuration = SessionConfiguration(
            user: script & 1 == 0 ? "scram" : "md5", database: "postgres",
            password: script & 1 == 0 ? "Straße 1" : "pencil", transport: .unixSocket)
        configuration.makeNonce = { "rOprNGfwEbeRWgbNEkqO" }
        session = PostgresSession(configuration)
    }

    func hear(_ piece: ArraySlice<UInt8>) {
        if isOver { return }
        session.receive(piece.span)
        take()
    }

    func end() {
        if isOver { return }
        session.connectionEnded()
        take()
    }

    private func take() {
        while let event = session.next() {
            react(to: event)
            // How much had been sent when the connection ended depends on the pieces.
            if case .finished(_, .lost) = event { continue }
            told.append(session.describe(event))
        }
        session.takeOutput { _ in }
    }

    private func react(to event: SessionEvent) {
        switch event {
        // A count that the server has raised is not tried.
        case .deriveKeys(let derivation) where derivation.iterations <= 4096:
            session.provide(keys(of: derivation))
        case .ready: ask()
        case .copyIn(let step, _):
            session.copy(Array("a\tb\n".utf8).span, to: step.unit)
            session.endCopy(step.unit)
        case .ended: isOver = true
        default: break
        }
    }

    /// Sends units as the script says: two bits for each. A copy is the last, as it stays open.
    private func ask() {
        for place in 1..<4 {
            switch script >> UInt8(2 * place) & 3 {
            case 0: run(StatementShape("select $1", parameters: [.int4]))
            case 1: _ = session.query("begin; select 1/0; select 2")
            case 2:
                _ = session.beginCopy(StatementShape("copy t from stdin", use: .once))
                return
            default: run(StatementShape("select 1", use: .once))
            }
        }
    }

    private func run(_ shape: StatementShape) {
        let unit = session.begin()
        for _ in 0..<2 {
            session.execute(shape, in: unit) { fields in
                for _ in shape.parameterTypes { fields.int4(42) }
            }
        }
        session.sync(unit)
    }
}

/// The slow step, once for each of the last thousand.
private func keys(of derivation: SCRAMDerivation) -> SCRAMKeys {
    knownKeys.withLock { known in
        if let keys = known[derivation] { return keys }
        if known.count == 1000 { known = [:] }
        let keys = derivation.keys()
        known[derivation] = keys
        return keys
    }
}

private let knownKeys = Mutex<[SCRAMDerivation: SCRAMKeys]>([:])

extension PostgresSession {
    /// An event with the bytes that it points at.
    fileprivate func describe(_ event: SessionEvent) -> String {
        switch event {
        case .columns(let step, let place): "\(step) \(columns(place))"
        case .row(let step, let place): "\(step) \(values(place))"
        case .copyData(let step, let place): "\(step) \(bytes(place).copied)"
        case let event: "\(event)"
        }
    }

    private func values(_ place: Range<Int>) -> [[UInt8]?] {
        var row = row(place)
        var values: [[UInt8]?] = []
        while !row.isAtEnd { values.append(row.next()?.copied) }
        return values
    }
}
