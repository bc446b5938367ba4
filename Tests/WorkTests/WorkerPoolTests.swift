import Quotas
import Synchronization
import TestSupport
import Testing
import Work

@Suite(.blocking, .timeLimit(.minutes(10))) struct WorkerPoolTests {
    /// Occupies a pool's only thread until `gate` opens.
    private func occupy(_ pool: WorkerPool<Void>, until gate: Gate) async {
        await withCheckedContinuation { started in
            pool.post(
                {
                    started.resume()
                    gate.pass()
                }, refused: { _ in started.resume() })
        }
    }

    private func makePool(threads: Int = 1) -> WorkerPool<Void> {
        WorkerPool(name: "test", threadsMax: threads) {}
    }

    @Test func `a full pool refuses and takes again when there is room`() async throws {
        let (pool, gate) = (makePool(), Gate())
        await occupy(pool, until: gate)
        let waiting = Record<String>()
        for _ in 0..<2 {
            pool.post({ waiting.append("done") }, refused: { _ in waiting.append("refused") })
        }
        await #expect(throws: WorkRefusal.full(.inAll)) { try await pool.run(within: ShareBounds(total: 2)) {} }
        gate.open()
        #expect(try await pool.run(within: ShareBounds(total: 3)) { waiting.all } == ["done", "done"])
        pool.close()
        pool.join()
        await #expect(throws: WorkRefusal.closed) { try await pool.run(within: ShareBounds(total: 2)) {} }
    }

    @Test func `closing refuses what waits and lets finish what has begun`() async {
        let (pool, gate, record) = (makePool(), Gate(), Record<String>())
        await withCheckedContinuation { started in
            pool.post(
                {
                    started.resume()
                    gate.pass()
                    record.append("finished")
                }, refused: { _ in record.append("refused") })
        }
        pool.post({ record.append("begun") }, refused: { record.append("\($0)") })
        pool.close()
        #expect(record.all == ["closed"])
        gate.open()
        pool.join()
        #expect(record.all == ["closed", "finished"])
    }

    @Test func `work that waits is dropped with its task, work that runs is interrupted`() async {
        let (pool, gate, interruption) = (makePool(), Gate(), Gate())
        await occupy(pool, until: gate)
        let waiting = Task {
            try await pool.run(within: ShareBounds(total: 9), {}, interrupt: { interruption.open() })
        }
        waiting.cancel()
        await #expect(throws: WorkRefusal.withdrawn) { try await waiting.value }
        interruption.pass()

        let stop = Gate()
        let (started, begin) = AsyncStream<Void>.makeStream()
        gate.open()
        let running = Task {
            try await pool.run(
                within: ShareBounds(total: 9),
                {
                    begin.yield()
                    stop.pass()
                    return "interrupted"
                }, interrupt: { stop.open() })
        }
        for await _ in started.prefix(1) {}
        running.cancel()
        #expect(await (try? running.value) == "interrupted")
        pool.close()
        pool.join()
    }

    @Test func `who withdraws leaves others' work and turns as they were`() async throws {
        let (pool, gate, record) = (makePool(), Gate(), Record<String>())
        await occupy(pool, until: gate)
        func start(_ name: String, _ number: Int) -> @Sendable () -> Void {
            pool.start(
                within: ShareBounds(), for: .user(name), { _ in record.append("\(name) \(number)") },
                reply: {
                    if case .failure(let refusal) = $0 { record.append("\(refusal) \(number)") }
                })
        }
        for number in 0..<2 { _ = start("ada", number) }
        for number in 0..<500 { start("eve", number)() }
        #expect(record.all == (0..<500).map { "withdrawn \($0)" })
        let withdraw = (500..<503).map { start("eve", $0) }
        withdraw[1]()
        #expect(pool.counts.waiting == 4)
        gate.open()
        _ = try await pool.run(within: ShareBounds()) { _ in }
        _ = try await pool.run(within: ShareBounds()) { _ in }
        pool.close()
        pool.join()
        let done = Array(record.all.dropFirst(501))
        // Withdrawn work has won its caller no turns.
        #expect(done.count == 4 && done.first == "ada 0" && done[1] == "eve 500", "\(done)")
    }

    @Test func `threads are made as they are needed, each with a seat of its own`() async throws {
        let seats = Mutex(0)
        let pool = WorkerPool<Int>(name: "test", threadsMax: 3) {
            seats.withLock { seats in
                seats += 1
                return seats
            }
        }
        for _ in 0..<10 { _ = try await pool.run(within: ShareBounds(total: 1)) { $0 } }
        let seatsOfOne = seats.withLock { $0 }
        #expect(seatsOfOne <= 3)
        let found = await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<200 {
                group.addTask { try? await pool.run(within: ShareBounds()) { $0 } }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found.count == 200)
        #expect(Set(found).isSubset(of: [1, 2, 3]))
        pool.close()
        pool.join()
    }

    @Test func `a caller who has had less of the threads comes first`() async throws {
        let (pool, gate, record) = (makePool(), Gate(), Record<String>())
        await occupy(pool, until: gate)
        for _ in 0..<5 {
            pool.post(for: .user("greedy"), { record.append("greedy") }, refused: { _ in })
        }
        pool.post(for: .user("modest"), { record.append("modest") }, refused: { _ in })
        gate.open()
        let order = record.wait(for: 6)
        #expect(order.prefix(2).contains("modest"), "\(order)")
        pool.close()
        pool.join()
    }

    @Test func `a caller has no more threads than his share, the others are free`() async throws {
        let pool = WorkerPool<Void>(name: "test", threadsMax: 3, threadsPerCallerMax: 2) {}
        let (gate, record) = (Gate(), Record<String>())
        for number in 0..<4 {
            pool.post(
                for: .user("greedy"),
                {
                    record.append("begun \(number)")
                    gate.pass()
                }, refused: { _ in })
        }
        record.wait(for: 2)
        try await pool.run(within: ShareBounds(total: 9), for: .user("modest")) {}
        #expect(record.all.count == 2)
        // A thread is through with its work a moment before it is counted as free.
        #expect(await eventually { pool.counts == (2, 2) })
        for _ in 0..<4 { gate.open() }
        #expect(record.wait(for: 4).count == 4)
        pool.close()
        pool.join()
    }

    @Test func `a caller's places are full before the pool's are`() async throws {
        let (pool, gate) = (makePool(), Gate())
        await occupy(pool, until: gate)
        for _ in 0..<2 { pool.post(for: .user("greedy"), {}, refused: { _ in }) }
        await #expect(throws: WorkRefusal.full(.ofShare)) {
            try await pool.run(within: ShareBounds(total: 9, each: 2), for: .user("greedy")) {}
        }
        async let other: Void = pool.run(within: ShareBounds(total: 9, each: 2), for: .user("modest")) {}
        gate.open()
        try await other
        pool.close()
        pool.join()
    }

    @Test func `a place that others have more of is taken from them, if the pool is so`() async {
        let pool = WorkerPool<Void>(name: "test", threadsMax: 1, overflow: .greediest) {}
        let (gate, record) = (Gate(), Record<String>())
        await occupy(pool, until: gate)
        func ask(_ number: Int, of name: String) {
            _ = pool.start(within: ShareBounds(total: 2), for: .user(name)) {
            } reply: { result in
                record.append("\(name) \(number): \((try? result.get()) == nil ? "no" : "yes")")
            }
        }
        ask(1, of: "greedy")
        ask(2, of: "greedy")
        ask(3, of: "greedy")
        #expect(record.all == ["greedy 3: no"])
        ask(1, of: "modest")
        #expect(record.all.last == "greedy 2: no")
        ask(2, of: "modest")
        #expect(record.all.last == "modest 2: no")
        gate.open()
        #expect(Set(record.wait(for: 5).suffix(2)) == ["greedy 1: yes", "modest 1: yes"])
        pool.close()
        pool.join()
    }

    @Test func `every second job is one that goes first`() async {
        let pool = makePool(threads: 1)
        let (gate, record) = (Gate(), Record<String>())
        await occupy(pool, until: gate)
        await withTaskGroup(of: Void.self) { group in
            for (place, name) in ["a", "b", "c", "D", "E"].enumerated() {
                group.addTask {
                    _ = try? await pool.run(
                        within: ShareBounds(), for: .user(name), goesFirst: name < "a"
                    ) { record.append(name) }
                }
                while pool.counts.waiting <= place { await Task.yield() }
            }
            gate.open()
        }
        #expect(record.all == ["D", "a", "E", "b", "c"])
        pool.close()
        pool.join()
    }

    @Test func `one who finds a thread free needs no place`() async throws {
        let (pool, gate, record) = (makePool(threads: 2), Gate(), Record<String>())
        for number in 0..<3 {
            _ = pool.start(within: ShareBounds(total: 0, each: 0), for: .user("a")) {
                gate.pass()
            } reply: { result in
                record.append("\(number): \((try? result.get()) == nil ? "no" : "yes")")
            }
        }
        #expect(record.all == ["2: no"])
        for _ in 0..<2 { gate.open() }
        #expect(Set(record.wait(for: 3)) == ["0: yes", "1: yes", "2: no"])
        pool.close()
        pool.join()
    }

    @Test(arguments: Caller.CrowdKind.allCases)
    func `all of one site leave a thread to others`(kind: Caller.CrowdKind) async throws {
        let pool = WorkerPool<Void>(name: "test", threadsMax: 3, threadsPerCallerMax: 2) {}
        let (gate, record) = (Gate(), Record<String>())
        for caller in Caller.crowd(4, kind) {
            pool.post(
                for: caller,
                {
                    record.append("begun")
                    gate.pass()
                }, refused: { _ in })
        }
        record.wait(for: 2)
        try await pool.run(within: ShareBounds(total: 9), for: .user("other", at: "198.51.100.7")) {}
        #expect(record.all.count == 2)
        for _ in 0..<4 { gate.open() }
        record.wait(for: 4)
        pool.close()
        pool.join()
    }

    @Test(arguments: Caller.CrowdKind.allCases)
    func `a site's places are full before the pool's are`(kind: Caller.CrowdKind) async throws {
        let (pool, gate, record) = (makePool(), Gate(), Record<String>())
        await occupy(pool, until: gate)
        for caller in Caller.crowd(26, kind) + [.user("other", at: "198.51.100.7")] {
            _ = pool.start(within: ShareBounds(total: 20, each: 2), for: caller) {
            } reply: { result in
                record.append((try? result.get()) == nil ? "no" : "yes")
            }
        }
        #expect(record.all == Array(repeating: "no", count: 18))
        gate.open()
        #expect(record.wait(for: 27).count { $0 == "yes" } == 9)
        pool.close()
        pool.join()
    }
}
