import Addresses
import Bytes
import Crypto
import Diagnostics
import Foundation
import HTTP
import PostgresTestSupport
import Quotas
import Store
import Synchronization
import Testing

@testable import Auth

@Suite(.fewAtOnce) struct LimitedServiceTests {
    static let tight = RateLimits(
        token: RateLimit(burst: 4, count: 1, seconds: 10),
        signup: RateLimit(burst: 2, count: 1, seconds: 10),
        anonymous: RateLimit(burst: 1, count: 1, seconds: 60),
        failedSignIns: RateLimit(burst: 2, count: 1, seconds: 30))

    @Test func `threads that hash passwords stand back behind others`() async throws {
        let fixture = try Fixture()
        #expect(await fixture.signUp("a@example.org").status == 200)
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
        let niceness = threads.compactMap(UInt32.init).filter { thread in
            let file = "/proc/self/task/\(thread)/comm"
            return (try? String(contentsOfFile: file, encoding: .utf8)) == "passwords\n"
        }.map { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), $0) }
        #expect(niceness.contains { $0 > 0 }, "\(niceness)")
    }

    /// What `/metrics` tells of the limits that have refused something.
    private func refusals(_ fixture: Fixture) -> [String: Int] {
        let refused = fixture.service.refusedCalls.filter { $0.count > 0 }
        return Dictionary(uniqueKeysWithValues: refused.map { ($0.limit, $0.count) })
    }

    @Test func `calls of one address are limited, others and services are not`() async throws {
        let fixture = try Fixture { $0.rateLimits = Self.tight }
        func signUp(_ number: Int, _ address: String, key: String? = nil) async -> Reply {
            await fixture.call(
                .post, "/signup", #"{"email":"u\#(number)@x.org","password":"secret"}"#,
                fields: key.map { [("apikey", $0)] } ?? [], address: address)
        }
        #expect(await signUp(1, "192.0.2.1").status == 200)
        #expect(await signUp(2, "192.0.2.1", key: fixture.secrets.anonKey).status == 200)
        let refused = await signUp(3, "192.0.2.1")
        #expect(refused.status == 429)
        #expect(refused.code == "over_request_rate_limit")
        #expect(refused.response.field("Retry-After") == "10")
        #expect(refusals(fixture) == ["signup": 1])
        #expect(await signUp(3, "192.0.2.2").status == 200)
        #expect(await signUp(4, "192.0.2.1", key: fixture.secrets.serviceRoleKey).status == 200)
        fixture.clock.advance(seconds: 10)
        #expect(await signUp(5, "192.0.2.1").status == 200)
    }

    @Test func `failures are counted by address asked for, whether or not it exists`() async throws
    {
        let fixture = try Fixture {
            $0.rateLimits = Self.tight
            $0.rateLimits.token = nil
        }
        _ = await fixture.signUp()
        var answers: [[String?]] = []
        for email in ["ada@example.org", "eve@example.org"] {
            var codes: [String?] = []
            for _ in 0..<3 {
                codes.append(await fixture.signIn(email, password: "wrong-1").code)
            }
            answers.append(codes)
        }
        #expect(answers[0] == answers[1])
        #expect(
            answers[0] == ["invalid_credentials", "invalid_credentials", "over_request_rate_limit"])
        fixture.clock.advance(seconds: 30)
        #expect(await fixture.signIn().status == 200)
    }

    @Test func `guesses sent at once have no more room than one after the other`() async throws {
        let fixture = try Fixture {
            $0.rateLimits = Self.tight
            $0.rateLimits.token = nil
        }
        _ = await fixture.signUp()
        let codes = await withTaskGroup(of: String?.self) { group in
            for number in 0..<16 {
                group.addTask {
                    await fixture.signIn("ada@example.org", password: "wrong-\(number)").code
                }
            }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(codes.count { $0 == "invalid_credentials" } == 2, "\(codes)")
    }

    @Test func `wrong passwords from elsewhere do not lock the owner out`() async throws {
        let fixture = try Fixture { $0.rateLimits.failedSignIns = Self.tight.failedSignIns }
        _ = await fixture.signUp()
        var stranger: [Int] = []
        for number in 0..<4 {
            let reply = await fixture.signIn(password: "wrong-\(number)", address: "203.0.113.9")
            stranger.append(reply.status)
        }
        #expect(stranger == [400, 400, 429, 429])
        #expect(refusals(fixture) == ["failed_sign_ins": 2])
        #expect(await fixture.signIn(address: "198.51.100.7").status == 200)
    }

    @Test func `names that are made up make nobody's failures forgotten`() async throws {
        let fixture = try Fixture { $0.rateLimits.failedSignIns = Self.tight.failedSignIns }
        func guess() async -> Int { await fixture.signIn("a@x.org", password: "wrong").status }
        var guesses: [Int] = []
        for _ in 0..<3 { guesses.append(await guess()) }
        let limit = try #require(Self.tight.failedSignIns)
        for number in 0..<100_000 {
            let call = CountedCall(
                kind: .failedSignIn(email: "\(number)@x.org"),
                subject: .address(AddressBlock("198.51.100.\(number % 200)")))
            _ = fixture.service.take(call, limit)
        }
        guesses.append(await guess())
        #expect(guesses == [400, 400, 429, 429])
    }

    /// Many addresses share what they may guess, and use it up; those of the owner are known.
    @Test func `known devices pass where many addresses have used up their guesses`() async throws {
        let fixture = try Fixture {
            $0.rateLimits.failedSignIns = Self.tight.failedSignIns
            $0.rateLimits.failedSignInsOfAccount = RateLimit(burst: 6, count: 1, seconds: 60)
        }
        let owner = await fixture.signUp()
        func guess(from address: String, _ more: String = "") async -> Int {
            let body = #"{"email":"ada@example.org","password":"secret-1"\#(more)}"#
            return await fixture.call(
                .post, "/token?grant_type=password", body, address: address
            ).status
        }
        for number in 0..<6 {
            let reply = await fixture.signIn(password: "wrong", address: "203.0.113.\(number)")
            #expect(reply.status == 400)
        }
        #expect(await guess(from: "198.51.100.7") == 429)
        // From where the account has a session, and by a device that shows one.
        #expect(await guess(from: "192.0.2.1") == 200)
        let shown = #","refresh_token":"\#(owner.refreshToken)""#
        #expect(await guess(from: "198.51.100.8", shown) == 200)
        // Of another account it shows nothing, nor when it is none.
        let other = await fixture.signUp("eve@example.org")
        let foreign = #","refresh_token":"\#(other.refreshToken)""#
        #expect(await guess(from: "198.51.100.9", foreign) == 429)
        #expect(await guess(from: "198.51.100.10", #","refresh_token":"nonsense""#) == 429)
        #expect(refusals(fixture) == ["account": 3])
    }

    /// One subscriber of IPv6 has 65,536 networks of 64 bits.
    @Test func `one subscriber cannot use up what all addresses may guess`() async throws {
        let fixture = try Fixture {
            $0.rateLimits.failedSignIns = RateLimit(burst: 2, count: 1, seconds: 3600)
            $0.rateLimits.failedSignInsOfAccount = RateLimit(burst: 6, count: 1, seconds: 3600)
        }
        _ = await fixture.signUp()
        var guesses: [Int] = []
        for number in 0..<20 {
            let address = "2001:db8:0:\(number)::1"
            guesses.append(await fixture.signIn(password: "wrong", address: address).status)
        }
        #expect(guesses == Array(repeating: 400, count: 4) + Array(repeating: 429, count: 16))
        #expect(refusals(fixture) == ["failed_sign_ins": 16])
        #expect(await fixture.signIn(address: "2001:db8:1::1").status == 200)
        #expect(await fixture.signIn(address: "198.51.100.7").status == 200)
    }

    @Test func `a device that shows its session is counted by itself`() async throws {
        let fixture = try Fixture { $0.rateLimits.failedSignIns = Self.tight.failedSignIns }
        let owner = await fixture.signUp()
        let shown = #","refresh_token":"\#(owner.refreshToken)"}"#
        func signIn(_ password: String, _ rest: String) async -> Int {
            await fixture.call(
                .post, "/token?grant_type=password",
                #"{"email":"ada@example.org","password":"\#(password)""# + rest
            ).status
        }
        // A neighbour behind the same address.
        for _ in 0..<3 { _ = await signIn("wrong", "}") }
        #expect(await signIn("secret-1", "}") == 429)
        #expect(await signIn("secret-1", shown) == 200)
        // Who has stolen it cannot guess without end.
        let guesses = [
            await signIn("a", shown), await signIn("b", shown), await signIn("c", shown),
        ]
        #expect(guesses == [400, 400, 429])
    }

    @Test(arguments: [-86_400, 86_400] as [Int64])
    func `a clock that is set neither locks out nor lets in`(shift: Int64) async throws {
        let fixture = try Fixture { $0.rateLimits = Self.tight }
        for _ in 0..<4 { _ = await fixture.signIn("nobody@x.org") }
        fixture.clock.set(by: shift)
        #expect(await fixture.call(.post, "/token?grant_type=pkce", "{}").status == 429)
        fixture.clock.advance(seconds: 10)
        #expect(await fixture.call(.post, "/token?grant_type=pkce", "{}").status == 400)
    }

    @Test func `right passwords are never counted as failures`() async throws {
        let fixture = try Fixture {
            $0.rateLimits = Self.tight
            $0.rateLimits.token = nil
        }
        _ = await fixture.signUp()
        for _ in 0..<10 { #expect(await fixture.signIn().status == 200) }
    }

    @Test func `anonymous sign-ups have a limit of their own`() async throws {
        let fixture = try Fixture {
            $0.rateLimits = Self.tight
            $0.allowsAnonymous = true
        }
        #expect(await fixture.call(.post, "/signup", "{}").status == 200)
        #expect(await fixture.call(.post, "/signup", "{}").status == 429)
        #expect(await fixture.signUp().status == 200)
    }
}

@Suite(.fewAtOnce) struct HashingLimitTests {
    /// What those who attack together count.
    private final class Attack: Sendable {
        let hashes = Atomic(0)
        let isOver = Atomic(false)
    }

    /// Each source asks four times at once, and again soon after it has been answered: not at once,
    /// for they share this process' threads with the one whose answer they would hold up so.
    @Test(.timeLimit(.minutes(5)))
    func `a hundred sources do not keep a sign-in waiting`() async throws {
        let fixture = try Fixture {
            $0.hashingThreads = 1
            // Longer than its user is looked up, also on a busy machine.
            $0.scrypt = ScryptParameters(logN: 15, r: 8, p: 1) ?? .standard
        }
        _ = await fixture.signUp()
        let attack = Attack()
        let (status, ahead) = await withTaskGroup(of: Void.self) { group in
            for number in 0..<400 {
                group.addTask {
                    while !attack.isOver.load(ordering: .relaxed) {
                        let reply = await fixture.signIn(
                            "eve@example.org", address: "198.51.100.\(number % 100)")
                        if reply.status == 400 { attack.hashes.add(1, ordering: .relaxed) }
                        try? await Task.sleep(for: .milliseconds(50))
                    }
                }
            }
            // By then every source has had its turn.
            while attack.hashes.load(ordering: .relaxed) < 120 { await Task.yield() }
            // What a busy machine adds before it waits is another time each time.
            var best = (status: 0, ahead: Int.max)
            for device in 7..<10 {
                let before = attack.hashes.load(ordering: .relaxed)
                let reply = await fixture.signIn(address: "192.0.2.\(device)")
                let ahead = attack.hashes.load(ordering: .relaxed) - before
                if ahead < best.ahead { best = (reply.status, ahead) }
            }
            attack.isOver.store(true, ordering: .relaxed)
            return best
        }
        #expect(status == 200)
        // Without shares it would stand behind the 32 that may wait.
        #expect(ahead <= 20)
    }

    @Test(.timeLimit(.minutes(10)))
    func `who has signed in from there before goes before strangers`() async throws {
        let fixture = try Fixture {
            $0.hashingThreads = 1
            $0.scrypt = ScryptParameters(logN: 14, r: 8, p: 1) ?? .standard
        }
        _ = await fixture.signUp()
        let attack = Attack()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                group.addTask {
                    _ = await fixture.signIn(
                        "eve@example.org", address: "198.51.100.\(number)")
                    attack.hashes.add(1, ordering: .relaxed)
                }
            }
            while fixture.service.passwordQueue.waiting < 20 { await Task.yield() }
            var ahead: [Int] = []
            for _ in 0..<3 {
                let before = attack.hashes.load(ordering: .relaxed)
                #expect(await fixture.signIn().status == 200)
                ahead.append(attack.hashes.load(ordering: .relaxed) - before)
            }
            #expect(fixture.service.passwordQueue.waiting > 0)
            // What has begun, what begins before the request is read, and every second one. A busy
            // machine may read one of the requests late.
            #expect(ahead.contains { $0 <= 4 }, "\(ahead)")
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `too many sign-ins at once are told to come back`() async throws {
        let fixture = try Fixture {
            $0.hashingThreads = 1
            $0.scrypt = ScryptParameters(logN: 14, r: 8, p: 1) ?? .standard
        }
        _ = await fixture.signUp()
        let replies = await withTaskGroup(of: Reply.self) { group in
            for _ in 0..<120 { group.addTask { await fixture.signIn() } }
            return await group.reduce(into: [Reply]()) { $0.append($1) }
        }
        let refused = replies.filter { $0.status == 429 }
        #expect(!refused.isEmpty)
        #expect(refused.allSatisfy { Int($0.response.field("Retry-After") ?? "") ?? 0 > 0 })
        #expect(replies.count { $0.status == 200 } + refused.count == 120)
        let queue = fixture.service.passwordQueue
        #expect(queue.waiting == 0 && queue.refused.inAll + queue.refused.ofCaller == refused.count)
        #expect(await fixture.signIn().status == 200)
    }
}
