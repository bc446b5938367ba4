import Foundation
import Diagnostics
import Network
import Synchronization
import Testing
import Work

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
        let threads = (0..<4).compactMap { index in
            PosixThread(name: "sender \(index)") {
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
