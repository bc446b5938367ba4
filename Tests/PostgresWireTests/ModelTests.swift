import Bytes
import TestSupport
import Testing

@testable import PostgresWire

struct ModelCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let servers: Int
    let troubles: Int
    let statementsMax: Int
}

/// Random units against a server that keeps to the rules: every unit gets the outcome of what the
/// server did with it, exactly once, and no rule is broken.
@Suite struct ModelTests {
    static let cases = [
        ModelCase(testDescription: "all is well", servers: 1, troubles: 0, statementsMax: 100),
        ModelCase(testDescription: "little room", servers: 1, troubles: 0, statementsMax: 2),
        ModelCase(testDescription: "errors", servers: 1, troubles: 8, statementsMax: 3),
        ModelCase(testDescription: "many errors", servers: 1, troubles: 40, statementsMax: 4),
        ModelCase(testDescription: "a pooler", servers: 2, troubles: 0, statementsMax: 100),
        ModelCase(
            testDescription: "a pooler and errors", servers: 3, troubles: 10, statementsMax: 3),
    ]
    static let shapes = (0..<10).map {
        StatementShape("insert \($0)", parameters: [.int4], use: $0 == 9 ? .once : .kept)
    }
    static let rounds = LiveServer.fuzzRounds ?? 60

    @Test(arguments: cases, LiveServer.seed.map { [$0] } ?? [1, 2, 3])
    func `every unit is told what became of it`(example: ModelCase, seed: UInt64) {
        for round in 0..<UInt64(Self.rounds) {
            var run = ModelRun(example, seed: seed &* 1_000_003 &+ round)
            run.play()
            #expect(run.complaints == [], "seed \(seed), round \(round)")
        }
    }
}

/// One session's life with a model server.
private struct ModelRun: ~Copyable {
    private var session: PostgresSession
    private var server: ModelServer
    private var generator: SeededGenerator
    /// The values that each unit in flight sends.
    private var sent: [UInt64: [Int32]] = [:]
    private var succeeded: [[Int32]] = []
    private var answers: [UInt8] = []
    private var nextValue: Int32 = 0
    private let hasPooler: Bool
    private(set) var complaints: [String] = []

    init(_ example: ModelCase, seed: UInt64) {
        var configuration = SessionConfiguration(user: "apus", transport: .unixSocket)
        configuration.limits.statementsMax = example.statementsMax
        session = PostgresSession(configuration)
        session.takeOutput { _ in }
        let start = Backend.start
        session.receive(start.span)
        while let event = session.next() { if case .ready = event { break } }
        server = ModelServer(
            seed: seed &+ 77, servers: example.servers, troubles: example.troubles)
        generator = SeededGenerator(seed: seed)
        hasPooler = example.servers > 1
    }

    mutating func play() {
        for _ in 0..<40 {
            for _ in 0..<Int.random(in: 0...3, using: &generator) { sendUnit() }
            exchange()
        }
        while session.unitsInFlight > 0, complaints.isEmpty { exchange(all: true) }
        complaints += server.faults
        let kept = server.kept.filter { !$0.isEmpty }
        let (lost, invented) = (
            Set(kept).subtracting(succeeded), Set(succeeded).subtracting(kept)
        )
        if !lost.isEmpty || !invented.isEmpty || kept.count != succeeded.count {
            complaints.append("kept and not told \(lost), told and not kept \(invented)")
        }
        if !session.isReusable { complaints.append("not reusable") }
    }

    private mutating func sendUnit() {
        let unit = session.begin()
        var values: [Int32] = []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let shape = Int.random(in: 0..<10, using: &generator)
            nextValue += 10
            let value = nextValue + Int32(shape)
            session.execute(
                ModelTests.shapes[shape], in: unit,
                columns: Bool.random(using: &generator) ? .whenParsed : .never
            ) { $0.int4(value) }
            values.append(value)
        }
        session.sync(unit)
        sent[unit.number] = values
    }

    /// Some of what was said arrives, and some of the answers.
    private mutating func exchange(all: Bool = false) {
        var bytes: [UInt8] = []
        session.takeOutput { bytes.append(span: $0) }
        answers += server.answer(bytes)
        if answers.isEmpty, session.unitsInFlight > 0, all { return complaints.append("it hangs") }
        let count = all ? answers.count : Int.random(in: 0...answers.count, using: &generator)
        let arrived = Array(answers.prefix(count))
        session.receive(arrived.span)
        answers.removeFirst(count)
        while let event = session.next() { take(event) }
    }

    private mutating func take(_ event: SessionEvent) {
        switch event {
        case .finished(let unit, let outcome):
            guard let values = sent.removeValue(forKey: unit.number) else {
                return complaints.append("told twice")
            }
            switch outcome {
            case .succeeded: succeeded.append(values)
            case .failed: break
            case .stale(let error, let step, _):
                // Of a lost name nobody hears unless something has been told already.
                if error.sqlState != .featureNotSupported, step?.index == 0 {
                    complaints.append("given up for \(error.sqlState)")
                }
            case .lost: complaints.append("lost")
            }
        case .namedStatementsLost:
            if !hasPooler { complaints.append("names are lost") }
        case .ended(let end): complaints.append(end.words)
        case .columns, .completed, .row: break
        case .copyData, .copyIn, .copyOut, .deriveKeys, .notice, .notification, .ready, .rowTooLong,
            .setting, .suspended:
            complaints.append("told of something else")
        }
    }
}
