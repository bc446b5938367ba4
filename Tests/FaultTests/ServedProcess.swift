import Foundation
import Glibc
import TestSupport

/// What the kernel tells of a server's process.
struct ServedProcess {
    let number: Int32

    /// Descriptors that are open.
    var descriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(number)/fd").count) ?? 0
    }

    /// Bytes in memory, without those that are in a file as well and given back when they must.
    var residentBytes: Int { status("RssAnon:") }

    /// The most bytes that it has had.
    var peakBytes: Int { status("VmHWM:") }

    /// Bytes of addresses.
    var addressBytes: Int { status("VmSize:") }

    /// Whether it still runs: an ended one has no addresses.
    var isAlive: Bool { addressBytes > 0 }

    private func status(_ name: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(number)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        let words = line?.split { $0 == " " || $0 == "\t" } ?? []
        return (words.dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }

    /// Bounds its addresses from now on.
    func limitAddresses(to bytes: Int) throws {
        let program = try ChildProcess("prlimit", ["--pid", "\(number)", "--as=\(bytes)"])
        _ = program.exitCode()
    }
}

/// Looks again and again for at most a minute.
func waitUntil(_ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while .now < deadline {
        if condition() { return true }
        usleep(5_000)
    }
    return condition()
}
