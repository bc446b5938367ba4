import Foundation
import Synchronization
import Testing
import Work

@Suite struct PosixThreadTests {
    private final class Heard: Sendable {
        let name = Mutex("")
    }

    @Test func `a thread carries its name, cut to what the kernel keeps`() throws {
        let heard = Heard()
        let thread = PosixThread(name: "a name longer than fifteen") {
            let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
            heard.name.withLock { $0 = name ?? "" }
        }
        thread?.join()
        thread?.join()
        #expect(thread != nil)
        #expect(heard.name.withLock { $0 } == "a name longer t\n")
    }
}
