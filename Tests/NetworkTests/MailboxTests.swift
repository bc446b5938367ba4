import Diagnostics
import Foundation
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

    @Test func `what is left for a sleeping owner waits for the next wake`() throws {
        let mailbox = try Mailbox<Int>()
        #expect(mailbox.prepareToSleep())
        mailbox.wake()
        #expect(mailbox.wakeCount == 0, "nothing waits")
        mailbox.leave(1)
        #expect(mailbox.wakeCount == 0)
        mailbox.send(2)
        #expect(mailbox.wakeCount == 1)
        mailbox.wake()
        #expect(mailbox.wakeCount == 1, "it wakes already")

        var batch: [Int] = []
        mailbox.take(into: &batch)
        #expect(batch == [1, 2])
        batch = []
        #expect(mailbox.prepareToSleep())
        mailbox.leave(3)
        mailbox.wake()
        #expect(mailbox.wakeCount == 2)
        mailbox.leave(4)
        #expect(!mailbox.prepareToSleep(), "messages wait")
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
