import Diagnostics
import Testing
import Work

@Suite(.timeLimit(.minutes(10))) struct HandoverTests {
    @Test(arguments: [true, false])
    func `a value gets across, whoever comes first`(giverIsFirst: Bool) throws {
        let place = Handover<Int>()
        let thread = PosixThread(name: "giver") { place.give(7) }
        if giverIsFirst { thread?.join() }
        #expect(place.take() == 7)
        thread?.join()
    }

    @Test func `each signal ends one wait`() {
        let (asked, answered) = (Semaphore(), Semaphore())
        let thread = PosixThread(name: "echo") {
            for _ in 0..<10_000 {
                asked.wait()
                answered.signal()
            }
        }
        for _ in 0..<10_000 {
            asked.signal()
            answered.wait()
        }
        thread?.join()
        #expect(thread != nil)
    }

    @Test func `a wait ends at its moment`() {
        let semaphore = Semaphore()
        let end = moment(after: .milliseconds(5))
        semaphore.wait(until: end)
        #expect(monotonicNanoseconds() >= end)
        semaphore.signal()
        semaphore.wait(until: .max)
    }
}
