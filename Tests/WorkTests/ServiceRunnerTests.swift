import Diagnostics
import Foundation
import TestSupport
import Testing
import Work

@Suite(.timeLimit(.minutes(10))) struct ServiceRunnerTests {
    private static let failure = Problem(code: "X", status: 500, message: "It cannot be.")

    private let record = Record<String>()

    /// A service that tells of its start and its stop, and may fail to start.
    private func service(
        _ name: String, fails: Bool = false, tick: Service.Tick? = nil
    ) -> Service {
        Service(
            name,
            start: { [record] () throws(Problem) in
                if fails { throw Self.failure }
                record.append("+\(name)")
            }, tick: tick,
            stop: { [record] time in record.append("-\(name) \(time / .seconds(1))") })
    }

    private func runner(
        _ services: [Service], log: Log = Log(level: .error)
    ) -> ServiceRunner {
        ServiceRunner(services, log: log)
    }

    @Test func `services start in their order and stop in reverse, once`() throws {
        let runner = runner(["a", "b", "c"].map { service($0) })
        try runner.start()
        #expect(record.all == ["+a", "+b", "+c"])
        runner.stop(within: .seconds(2))
        runner.stop(within: .seconds(2))
        #expect(record.all == ["+a", "+b", "+c", "-c 2.0", "-b 2.0", "-a 2.0"])
    }

    @Test(arguments: [
        (0, []), (1, ["+0", "-0 0.0"]), (2, ["+0", "+1", "-1 0.0", "-0 0.0"]),
    ])
    func `a start that fails stops those before it, in reverse`(
        failing: Int, events: [String]
    ) throws {
        let tick = Service.Tick.every(.milliseconds(1)) { [record] in
            record.append("tick")
        }
        let runner = runner((0..<3).map { service("\($0)", fails: $0 == failing, tick: tick) })
        let problem = #expect(throws: Problem.self) { try runner.start() }
        #expect(problem?.code == "X")
        #expect(record.all == events)
        runner.stop(within: .seconds(1))
        #expect(record.all == events)
    }

    @Test func `a tick that fails is logged and comes again`() throws {
        let pipe = Pipe()
        let again = Handover<Void>()
        let tick = Service.Tick.every(.milliseconds(1)) {
            [record] () throws(Problem) in
            record.append("tick")
            if record.all.count(where: { $0 == "tick" }) == 3 { again.give(()) }
            throw Self.failure
        }
        let log = Log(level: .error, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let runner = runner([service("a", tick: tick)], log: log)
        try runner.start()
        again.take()
        runner.stop(within: .seconds(10))
        let written = try pipe.written
        #expect(written.contains(#""event":"service_failed","service":"a","code":"X""#))
    }

    @Test func `a tick that takes for ever holds up neither the others nor the stop`() throws {
        let pipe = Pipe()
        let (gate, ticks) = (Gate(), Semaphore())
        defer { gate.open() }
        let stuck = Service.Tick.every(.milliseconds(1)) { [record] in
            record.append("stuck")
            gate.pass()
        }
        let other = Service.Tick.every(.milliseconds(1)) { ticks.signal() }
        let log = Log(level: .warning, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let runner = runner([service("a", tick: stuck), service("b", tick: other)], log: log)
        try runner.start()
        for _ in 0..<20 { ticks.wait() }
        runner.stop(within: .milliseconds(20))
        #expect(record.all == ["+a", "+b", "stuck", "-b 0.02", "-a 0.02"])
        let written = try pipe.written
        // Said once, however long it takes.
        #expect(written.split(separator: #""event":"service_late","service":"a""#).count == 2)
    }

    @Test func `a service's tick has ended before the service is stopped`() throws {
        let (begun, gate) = (Semaphore(), Gate())
        let tick = Service.Tick.every(.milliseconds(1)) { [record] in
            record.append("begun")
            begun.signal()
            gate.pass()
            record.append("ended")
        }
        // Stopped before the tick of "a" is waited for.
        let stopping = Semaphore()
        let last = Service("b", stop: { _ in stopping.signal() })
        let runner = runner([service("a", tick: tick), last])
        try runner.start()
        begun.wait()
        let stop = PosixThread(name: "stop") { runner.stop(within: .seconds(30)) }
        stopping.wait()
        gate.open()
        stop?.join()
        #expect(record.all == ["+a", "begun", "ended", "-a 30.0"])
    }
}

extension Pipe {
    /// What a log has written, at its end.
    fileprivate var written: String {
        get throws {
            try fileHandleForWriting.close()
            return String(decoding: fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
    }
}
