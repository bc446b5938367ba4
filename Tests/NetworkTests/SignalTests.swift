import Diagnostics
import Glibc
import Network
import TestSupport
import Testing
import Work

/// Signals belong to the whole process, so these run one after another, on a thread of their own.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SignalTests {
    @Test(arguments: [(SIGTERM, Signal.terminate), (SIGINT, .interrupt), (SIGHUP, .hangup)])
    func `a signal becomes a value`(number: Int32, expected: Signal) throws {
        let received = Record<Signal?>()
        let thread = PosixThread(name: "signals") {
            guard let reader = try? SignalReader() else { return }
            received.append(reader.wait(timeout: .zero))
            pthread_kill(pthread_self(), number)
            received.append(reader.wait(timeout: .seconds(5)))
        }
        thread?.join()
        #expect(received.all == [nil, expected])
    }
}
