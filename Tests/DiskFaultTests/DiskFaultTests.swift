import CFaultyDisk
import Foundation
import TestSupport
import Testing

/// The store on a disk that fails at every step in turn.
///
/// `APUS_DISK_FAULTS=all swift test --filter DiskFaultTests` lets each call fail that there is, one
/// after another; without it a few are drawn, from `APUS_SEED`.
@Suite(.blocking, .timeLimit(.minutes(30))) struct DiskFaultTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let isWhole = environment["APUS_DISK_FAULTS"] == "all"
    private static let seed = environment["APUS_SEED"].flatMap { UInt64($0) } ?? 7
    /// How many calls of each kind are drawn.
    private static let drawn = 4

    @Test(arguments: DiskFault.all)
    func `nothing acknowledged is lost and nothing refused is there`(fault: DiskFault) throws {
        let calls = try Self.callsWithoutFault(of: fault.call)
        var runs = 0
        for number in Self.numbers(upTo: calls, fault) {
            guard try run(fault, at: number) else { break }
            runs += 1
        }
        print("disk: \(fault.testDescription): \(runs) runs of \(calls) calls")
        #expect(runs > 0)
    }

    /// Lets one call fail.
    ///
    /// - Returns: whether there was such a call.
    private func run(_ fault: DiskFault, at number: Int) throws -> Bool {
        let disk = try FaultyDisk()
        disk.arm(fault, at: number)
        let script = StoreScript(disk, fault)
        try script.run()
        let hasFailed = disk.hasFailed
        try script.recover()
        let faults = script.faults.prefix(8).joined(separator: "\n")
        #expect(faults.isEmpty, "call \(number): \(faults)")
        return hasFailed
    }

    private static func callsWithoutFault(of call: faulty_call) throws -> Int {
        let disk = try FaultyDisk()
        let script = StoreScript(disk)
        try script.run()
        let count = disk.count(of: call)
        try script.recover()
        #expect(script.faults.isEmpty, "\(script.faults.joined(separator: "\n"))")
        return count
    }

    /// The first call that fails: each there is, or a few of them.
    private static func numbers(upTo count: Int, _ fault: DiskFault) -> [Int] {
        if isWhole { return Array(1...(count + 50)) }
        var generator = SeededGenerator(seed: seed &+ UInt64(fault.call.rawValue))
        return (0..<drawn).map { _ in Int.random(in: 1...max(count, 1), using: &generator) }
    }
}
