import Foundation
import Network
import Synchronization
import Testing

@Suite struct MailboxTests {
    @Test func `messages arrive in the order they were sent`() throws {
        let mailbox = try Mailbox<Int>()
        for number in 0..<1000 { mailbox.send(number) }
        var batch: [Int] = []
        mailbox.take(into: &batch)
        #expect(batch == Array(0..<1000))
    }

    @Test func `a batch wakes a sleeping owner once and a busy one never`() throws {
        let mailbox = try Mailbox<Int>()
        for number in 0..<100 { mailbox.send(number) }
        #expect(mailbox.wakeCount == 0)
        #expect(!mailbox.prepareToSleep(), "messages wait")

        var batch: [Int] = []
        mailbox.take(into: &batch)
        #expect(mailbox.prepareToSleep())
        for number in 0..<100 { mailbox.send(number) }
        #expect(mailbox.wakeCount == 1)
    }

    @Test func `several threads lose nothing and keep their own order`() throws {
        let mailbox = try Mailbox<(thread: Int, number: Int)>()
        let threads = try (0..<4).map { index in
            try PosixThread(name: "sender \(index)") {
                for number in 0..<5000 { mailbox.send((index, number)) }
            }
        }
        var received = [[Int]](repeating: [], count: 4)
        var batch: [(thread: Int, number: Int)] = []
        while received.map(\.count) != [5000, 5000, 5000, 5000] {
            mailbox.take(into: &batch)
            for message in batch { received[message.thread].append(message.number) }
            batch.removeAll(keepingCapacity: true)
        }
        for thread in threads { thread.join() }
        for numbers in received { #expect(numbers == Array(0..<5000)) }
    }
}

@Suite struct PosixThreadTests {
    @Test func `a thread carries its name, cut to what the kernel keeps`() throws {
        let name = Record<String>()
        let thread = try PosixThread(name: "a name longer than fifteen") {
            let kernel = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
            name.append(kernel ?? "")
        }
        thread.join()
        thread.join()
        #expect(name.all == ["a name longer t\n"])
    }
}
