import Diagnostics
import Glibc
import Synchronization
import TestSupport
import Testing
import Work

@testable import Network

@Suite(.timeLimit(.minutes(10))) struct EventLoopTests {
    @Test func `posted work runs on the loop's thread in order`() throws {
        try withLoop { thread in
            let record = Record<Int>()
            let context = thread.context
            for number in 0..<1000 {
                context.post {
                    #expect(context.isCurrent)
                    record.append(number)
                }
            }
            #expect(record.wait(for: 1000) == Array(0..<1000))
            #expect(!context.isCurrent)
        }
    }

    @Test func `a busy loop is not woken by what is posted meanwhile`() throws {
        try withLoop { thread in
            let context = thread.context
            let before = context.serialExecutor.mailbox.wakeCount
            thread.perform { _ in
                let sender = PosixThread(name: "sender") {
                    for _ in 0..<1000 { context.post {} }
                }
                sender?.join()
            }
            #expect(context.serialExecutor.mailbox.wakeCount <= before + 1)
        }
    }

    @Test func `work posted by the loop runs in the same turn, after what was posted before`()
        throws
    {
        try withLoop { thread in
            let context = thread.context
            expectInOneTurn(["first", "second 0"]) { order in
                thread.perform { loop in
                    let first = loop.turnCount
                    context.post { order.append("second \(context.loop.turnCount - first)") }
                    order.append("first")
                }
            }
        }
    }

    /// Expects what is recorded of a turn that no busy machine has cut short, at one of many tries.
    private func expectInOneTurn(
        _ expected: [String], _ run: (Record<String>) -> Void
    ) {
        let isMet = (0..<100).contains { _ in
            let order = Record<String>()
            run(order)
            return order.wait(for: expected.count) == expected
        }
        #expect(isMet, "\(expected)")
    }

    @Test func `work that takes long is spread over turns, in its order`() throws {
        try withLoop { thread in
            let order = Record<Int>()
            let turns = Record<Int>()
            let context = thread.context
            thread.perform { _ in
                for number in 0..<64 {
                    context.post {
                        let end = monotonicNanoseconds() + 1_000_000
                        while monotonicNanoseconds() < end {}
                        turns.append(context.loop.turnCount)
                        order.append(number)
                    }
                }
            }
            #expect(order.wait(for: 64) == Array(0..<64))
            #expect(Set(turns.all).count >= 4)
        }
    }

    @Test func `work that takes more than a turn has gets one each`() throws {
        try withLoop { thread in
            let turns = Record<Int>()
            let context = thread.context
            for _ in 0..<8 {
                context.post {
                    let end = monotonicNanoseconds() + NetworkLimits.jobNanosecondsPerTurn
                    while monotonicNanoseconds() < end {}
                    turns.append(context.loop.turnCount)
                }
            }
            #expect(Set(turns.wait(for: 8)).count == 8)
        }
    }

    @Test func `a task that prefers the loop runs and resumes there`() async throws {
        let thread = try LoopThread(index: 3, name: "test loop")
        let context = thread.context
        let task = Task(executorPreference: context.executor) {
            var isHome = [context.isCurrent]
            await Task.yield()
            isHome.append(context.isCurrent)
            try? await Task.sleep(for: .milliseconds(1))
            isHome.append(context.isCurrent)
            await withCheckedContinuation { continuation in
                let foreign = PosixThread(name: "foreign") { continuation.resume() }
                #expect(foreign != nil)
            }
            isHome.append(context.isCurrent)
            return isHome
        }
        #expect(await task.value == [true, true, true, true])
        #expect(context.index == 3)
        thread.stop()
        await withCheckedContinuation { continuation in
            thread.join()
            continuation.resume()
        }
    }

    @Test func `an actor can live on a loop`() async throws {
        let thread = try LoopThread(index: 0, name: "test loop")
        let resident = Resident(executor: thread.context.serialExecutor)
        for _ in 0..<100 { await resident.visit() }
        #expect(await resident.visits == 100)
        thread.stop()
    }

    @Test func `a turn runs posted work, then its hooks, then writes`() throws {
        try withLoop { thread in
            let context = thread.context
            expectInOneTurn(["work", "hook"]) { order in
                thread.perform { loop in
                    loop.atEndOfTurn { order.append("hook") }
                    context.post { order.append("work") }
                }
            }
        }
    }

    @Test func `timers fire on the loop and wake it`() throws {
        try withLoop { thread in
            let fired = Record<Bool>()
            let context = thread.context
            thread.perform { _ in
                _ = context.schedule(after: .milliseconds(2)) { fired.append(context.isCurrent) }
            }
            #expect(fired.wait(for: 1) == [true])
        }
    }

    @Test func `an error thrown on the loop reaches the caller`() throws {
        try withLoop { thread in
            #expect(throws: NetworkError.invalidPort(9)) {
                try thread.perform { (_) throws(NetworkError) -> Int in throw .invalidPort(9) }
            }
        }
    }

    @Test func `a late event of a reused descriptor is dropped`() throws {
        let poller = try Poller()
        var first: [Int32] = [0, 0]
        var second: [Int32] = [0, 0]
        unsafe #expect(pipe(&first) == 0 && pipe(&second) == 0)
        unsafe write(first[1], "a", 1)
        unsafe write(second[1], "b", 1)
        // Whichever event comes first closes the other descriptor and lets it be opened anew.
        let stranger = Counter()
        var registrations: [Int32: Registration] = [:]
        func reuse(_ victim: Int32, from source: Int32) -> Counter {
            Counter {
                guard let old = registrations.removeValue(forKey: victim) else { return }
                poller.remove(old)
                dup2(source, victim)
                registrations[victim] = try? poller.add(victim, for: .readable, handler: stranger)
            }
        }
        let one = reuse(second[0], from: first[0])
        let two = reuse(first[0], from: second[0])
        registrations[first[0]] = try poller.add(first[0], for: .readable, handler: one)
        registrations[second[0]] = try poller.add(second[0], for: .readable, handler: two)
        let count = poller.wait(milliseconds: 1000)
        #expect(count == 2)
        poller.deliver(count)
        #expect(one.count + two.count == 1)
        #expect(stranger.count == 0, "the event was meant for the closed descriptor")
        for registration in registrations.values { poller.remove(registration) }
        for descriptor in first + second { close(descriptor) }
    }
}

private final class Counter: ReadinessHandler {
    var count = 0
    private let body: () -> Void

    init(_ body: @escaping () -> Void = {}) { self.body = body }

    func becameReady(_ readiness: Readiness) {
        count += 1
        body()
    }
}

private actor Resident {
    private let executor: LoopExecutor
    var visits = 0

    init(executor: LoopExecutor) { self.executor = executor }

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    func visit() {
        #expect(executor.isOnLoop)
        visits += 1
    }
}
