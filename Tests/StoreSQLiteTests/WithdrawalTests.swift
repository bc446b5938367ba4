import Diagnostics
import Quotas
import TestSupport
import Testing
import Values

@testable import Store
@testable import StoreSQLite

/// Work whose caller is gone: its task was cancelled.
@Suite(.timeLimit(.minutes(10))) struct WithdrawalTests {
    @Test func `reads that run are interrupted and make room for others`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(120)
        let database = try makeItems(configuration)
        defer { database.close() }
        let (running, begin) = AsyncStream<Void>.makeStream()
        let reads = (0..<configuration.slowReadThreads).map { _ in
            Task { () -> String in
                do throws(Problem) {
                    try await database.readSlowly { reader throws(Problem) in
                        begin.yield()
                        do throws(DatabaseError) {
                            _ = try reader.all(SlowLaneTests.endless)
                        } catch {
                            throw Problem(error)
                        }
                    }
                    return ""
                } catch {
                    return error.code
                }
            }
        }
        for await _ in running.prefix(reads.count) {}
        let start = ContinuousClock.now
        for read in reads { read.cancel() }
        let one = try await database.readSlowly { reader throws(Problem) in
            do throws(DatabaseError) { return try reader.all("SELECT 1") } catch {
                throw Problem(error)
            }
        }
        #expect(one == [[.integer(1)]])
        #expect(ContinuousClock.now - start < .seconds(60), "the statement timeout is twice that")
        for read in reads { #expect(await read.value == "57014") }
    }

    @Test func `a read that waits is dropped`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(120)
        let database = try makeItems(configuration)
        defer { database.close() }
        let (running, begin) = AsyncStream<Void>.makeStream()
        let ran = Counter()
        let busy = (0..<configuration.slowReadThreads).map { _ in
            Task {
                try? await database.readSlowly { reader throws(Problem) in
                    begin.yield()
                    _ = try? reader.all(SlowLaneTests.endless)
                }
            }
        }
        for await _ in running.prefix(busy.count) {}
        let waiting = Task {
            try? await database.readSlowly { _ throws(Problem) in _ = ran.next() }
        }
        waiting.cancel()
        await waiting.value
        for read in busy { read.cancel() }
        for read in busy { await read.value }
        #expect(ran.count == 0)
    }

    @Test func `a write that has not begun is dropped, one that has begun is done`() async throws {
        let database = try makeItems()
        defer { database.close() }
        let (running, begin) = AsyncStream<Void>.makeStream()
        let gate = Gate()
        let first = Task {
            _ = try? await database.write { transaction throws(Problem) in
                begin.yield()
                gate.pass()
                try transaction.exec("INSERT INTO items (id, name) VALUES (901, 'a')")
            }
        }
        for await _ in running.prefix(1) {}
        let second = Task {
            _ = try? await database.write { transaction throws(Problem) in
                try transaction.exec("INSERT INTO items (id, name) VALUES (902, 'b')")
            }
        }
        second.cancel()
        first.cancel()
        gate.open()
        await first.value
        await second.value
        let found = try database.makeReader().all(
            "SELECT id FROM items WHERE id IN (901, 902)")
        #expect(found == [[.integer(901)]])
    }

    /// The memory of its rows is given back with the request that has brought them.
    @Test(arguments: [1, nil] as [Int?])
    func `a program that waits keeps nothing when it is withdrawn`(rows: Int?) async throws {
        let database = try makeItems()
        defer { database.close() }
        let (running, begin) = AsyncStream<Void>.makeStream()
        let gate = Gate()
        let first = Task {
            _ = try? await database.write { _ throws(Problem) in
                begin.yield()
                gate.pass()
            }
        }
        for await _ in running.prefix(1) {}
        let answers = Record<WriteOutcome>()
        weak var kept: Rows?
        let withdraw = {
            let held = Rows()
            kept = held
            return database.run(
                rows, for: .user("ann"),
                { [held] outcome in
                    _ = held
                    answers.append(outcome)
                }
            ) { [held] _ throws(WriteRefusal) in
                _ = held
                return WriteResult(affected: 0)
            }
        }()
        #expect(kept != nil && database.writeLoad.waiting == 1)
        withdraw()
        #expect(kept == nil && database.writeLoad.waiting == 0)
        guard case .failure(.failed(let problem))? = answers.all.first else {
            Issue.record("it has not been told")
            return gate.open()
        }
        #expect(problem.code == "57014")
        gate.open()
        await first.value
    }
}

/// What a write holds.
private final class Rows: Sendable {}
