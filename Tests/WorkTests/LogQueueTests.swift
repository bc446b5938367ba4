import Bytes
import Diagnostics
import Foundation
import TestSupport
import Testing
import Work

/// Lines on their way to a pipe.
@Suite(.timeLimit(.minutes(10)), .blocking) struct LogQueueTests {
    private let pipe = Pipe()

    private func queue(bytesMax: Int = 4096) -> LogQueue {
        LogQueue(
            descriptor: pipe.fileHandleForWriting.fileDescriptor, format: .text, bytesMax: bytesMax)
    }

    /// What was written, to its end.
    private func written() throws -> [String] {
        try pipe.fileHandleForWriting.close()
        return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            .split(separator: "\n").map { String($0.dropFirst(10)) }
    }

    /// Leaves room for nothing in the pipe.
    private func fill() {
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        let line = [UInt8](repeating: 0x2E, count: 4095) + [0x0A]
        while unsafe write(descriptor, line, line.count) > 0 {}
        _ = fcntl(descriptor, F_SETFL, flags)
    }

    /// Reads until so many lines have come or were counted as dropped.
    ///
    /// - Returns: how many have come.
    private func read(_ count: Int) -> Int {
        var bytes = Data()
        while true {
            bytes += pipe.fileHandleForReading.availableData
            guard bytes.last == ASCII.lf else { continue }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
                .map { $0.dropFirst(10) }
            let dropped = lines.filter { $0.hasSuffix("since it was not read") }
                .compactMap { Int($0.dropFirst("warning: ".count).prefix { $0.isNumber }) }
            let told = lines.count { $0.hasPrefix("applied ") }
            if told + dropped.reduce(0, +) >= count { return told }
        }
    }

    @Test func `lines come out in their order, those at the end as well`() throws {
        let queue = queue()
        let log = queue.log(.info)
        log.record(.migrated(name: "before"))
        try queue.start()
        for number in 0..<20 { log.record(.migrated(name: "\(number)")) }
        queue.close(within: .seconds(10))
        log.record(.stopped)
        let expected = ["before"] + (0..<20).map(String.init)
        #expect(try written() == expected.map { "applied \($0)" } + ["stopped"])
    }

    @Test func `what a full queue drops is counted in a line when it goes on`() async throws {
        let queue = queue()
        let log = queue.log(.info)
        fill()
        try queue.start()
        let count = 1000
        for number in 0..<count { log.record(.migrated(name: "\(number)")) }
        let closed = Gate()
        Thread.detachNewThread {
            queue.close(within: .seconds(10))
            closed.open()
        }
        let told = read(count)
        closed.pass()
        #expect(told > 0 && told < 500)
    }

    @Test func `a reader that is gone for good does not keep the end`() throws {
        let queue = queue()
        let log = queue.log(.info)
        fill()
        try queue.start()
        for number in 0..<1000 { log.record(.migrated(name: "\(number)")) }
        let start = ContinuousClock.now
        queue.close(within: .milliseconds(100))
        log.record(.stopped)
        #expect(ContinuousClock.now - start < .seconds(8))
        // Lets the thread end.
        #expect(read(1000) < 500)
    }

    @Test func `a line longer than the pipe keeps nobody who logs, and comes whole`() throws {
        let queue = queue(bytesMax: 1 << 20)
        let log = queue.log(.info)
        let long = String(repeating: "x", count: 300_000)
        let logged = Record<Bool>()
        Thread.detachNewThread {
            log.record(.migrated(name: long))
            log.record(.migrated(name: "behind"))
            logged.append(true)
        }
        guard logged.wait(for: 1) == [true] else { return }
        try queue.start()
        let told = Record<Data>()
        let reading = pipe.fileHandleForReading
        Thread.detachNewThread { told.append(reading.readDataToEndOfFile()) }
        queue.close(within: .seconds(10))
        try pipe.fileHandleForWriting.close()
        let lines = try #require(told.wait(for: 1).first).split(separator: ASCII.lf)
            .map { String(decoding: $0.dropFirst(10), as: UTF8.self) }
        #expect(lines == ["applied \(long)", "applied behind"])
    }

    @Test func `what is logged behind an end that nobody waited for stands behind it`() throws {
        let queue = queue(bytesMax: 1 << 20)
        let log = queue.log(.info)
        try queue.start()
        let count = 10_000
        for number in 0..<count { log.record(.migrated(name: "\(number)")) }
        queue.close(within: .zero)
        log.record(.stopped)
        let reading = pipe.fileHandleForReading
        let told = Record<Data>()
        Thread.detachNewThread {
            while true {
                let bytes = reading.availableData
                if bytes.isEmpty { return }
                told.append(bytes)
            }
        }
        let parts = told.wait("the last line") { parts in
            parts.suffix(2).reduce(Data(), +).suffix(8) == Data("stopped\n".utf8)
        }
        let lines = parts.reduce(Data(), +).split(separator: ASCII.lf)
            .map { String(decoding: $0.dropFirst(10), as: UTF8.self) }
        #expect(lines == (0..<count).map { "applied \($0)" } + ["stopped"])
    }
}
