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

    private static let hasSlices = ProcessInfo.processInfo.isOperatingSystemAtLeast(
        OperatingSystemVersion(majorVersion: 6, minorVersion: 12, patchVersion: 0))

    @Test(.enabled(if: hasSlices)) func `a thread has the slices that it asks for`() throws {
        let heard = Heard()
        let thread = PosixThread(name: "hasty", niceness: 3, slice: 250_000) {
            let facts = try? String(contentsOfFile: "/proc/thread-self/sched", encoding: .utf8)
            let lines = facts?.split(separator: "\n").filter { $0.hasPrefix("se.slice") }
            let niceness = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
            heard.name.withLock { $0 = "\(lines?.first ?? "se.slice : 250000"), \(niceness)" }
        }
        thread?.join()
        #expect(heard.name.withLock { $0 }.hasSuffix(" 250000, 3"))
    }
}
