import Bytes
import Crypto
import Diagnostics
import HTTP
import Quotas
import Store
import Testing

@testable import Auth

@Suite struct LimitedServiceTests {
    static let tight = RateLimits(
        token: RateLimit(burst: 4, count: 1, seconds: 10),
        signup: RateLimit(burst: 2, count: 1, seconds: 10),
        anonymous: RateLimit(burst: 1, count: 1, seconds: 60),
        failedSignIns: RateLimit(burst: 2, count: 1, seconds: 30))

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

@Suite struct HashingLimitTests {
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
        #expect(refused.allSatisfy { $0.response.field("Retry-After") == "1" })
        #expect(replies.count { $0.status == 200 } + refused.count == 120)
        #expect(await fixture.signIn().status == 200)
    }
}
