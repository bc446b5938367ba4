import Addresses
import Bytes
import Crypto
import Diagnostics
import HTTP
import PostgresTestSupport
import Store
import Testing
import Values

@testable import Auth

/// What an account with very many sessions costs: the same as any other, a few rows at a time.
@Suite(.fewAtOnce, .timeLimit(.minutes(10))) struct ManySessionsTests {
    /// Rows that one transaction may find and change.
    private static let rowsMax = 1000

    @Test func `one session more than may be ends the one that was refreshed longest ago`()
        async throws
    {
        let fixture = try Fixture()
        let first = await fixture.signUp()
        let oldest = await fixture.signIn()
        fixture.clock.advance(seconds: 60)
        let renewed = await fixture.refresh(first.refreshToken)
        try await fixture.addSessions(998, like: oldest)
        #expect(try await fixture.sessions() == 1000)
        let new = await fixture.signIn()
        #expect(try await fixture.sessions() == 1000)
        #expect(await fixture.refresh(oldest.refreshToken).code == "refresh_token_not_found")
        #expect(await fixture.user(oldest.accessToken).code == "session_not_found")
        #expect(
            fixture.service.verify(token: oldest.accessToken, as: .bearer)
                == .failure(.sessionRevoked))
        #expect(
            try fixture.restarted().verify(token: oldest.accessToken, as: .bearer)
                == .failure(.sessionRevoked))
        for alive in [renewed, new] {
            #expect(await fixture.user(alive.accessToken).status == 200)
            #expect(await fixture.refresh(alive.refreshToken).status == 200)
        }
    }

    @Test(arguments: [1, 3]) func `a project says how many sessions its users have`(most: Int)
        async throws
    {
        let fixture = try Fixture { $0.sessionsPerUserMax = most }
        var replies = [await fixture.signUp()]
        for _ in 0..<4 {
            fixture.clock.advance(seconds: 1)
            replies.append(await fixture.signIn())
        }
        #expect(try await fixture.sessions() == Int64(most))
        #expect(fixture.service.replacedSessions == 5 - most)
        for (place, reply) in replies.enumerated() {
            let isLeft = place >= replies.count - most
            #expect((await fixture.refresh(reply.refreshToken).status == 200) == isLeft)
        }
    }

    @Test func `a sign-in while the clock is behind does not end itself`() async throws {
        let fixture = try Fixture()
        let first = await fixture.signUp()
        try await fixture.addSessions(999, like: first)
        fixture.clock.set(by: -3600)
        let new = await fixture.signIn()
        #expect(try await fixture.sessions() == 1000)
        #expect(await fixture.refresh(new.refreshToken).status == 200)
        #expect(await fixture.refresh(first.refreshToken).code == "refresh_token_not_found")
    }

    @Test func `sessions beyond the most of before go with the next sign-ins, some with each`()
        async throws
    {
        let (fixture, watched) = try Fixture.watched()
        let first = await fixture.signUp()
        try await fixture.addSessions(2500, like: first)
        var count = try await fixture.sessions()
        for _ in 0..<50 where count > 1000 {
            #expect(await fixture.signIn().status == 200)
            let left = try await fixture.sessions()
            #expect(left < count && left >= 1000)
            count = left
        }
        #expect(count == 1000)
        #expect(watched.rowsMax <= Self.rowsMax)
        #expect(await fixture.refresh(first.refreshToken).code == "refresh_token_not_found")
    }

    /// What ends sessions of an account, all but the caller's at the least.
    enum Ending: CaseIterable {
        case signOutOthers, signOutEverywhere, newPassword

        fileprivate func ask(_ fixture: Fixture, _ caller: Reply) async -> Reply {
            let token = caller.accessToken
            return switch self {
            case .signOutOthers:
                await fixture.call(.post, "/logout?scope=others", token: token)
            case .signOutEverywhere:
                await fixture.call(.post, "/logout?scope=global", token: token)
            case .newPassword:
                await fixture.call(.put, "/user", #"{"password":"secret-2"}"#, token: token)
            }
        }

        var keepsOwn: Bool { self != .signOutEverywhere }
    }

    @Test func `whether an address is known takes a look at the latest sessions alone`()
        async throws
    {
        let (fixture, watched) = try Fixture.watched()
        let first = await fixture.signUp()
        let id = try #require(try claims(of: first.accessToken)["sub"]?.string)
        try await fixture.addSessions(1500, like: first)
        for (address, isKnown) in [("192.0.2.1", true), ("203.0.113.9", false)] {
            let found = try await fixture.service.database.read { source throws(Problem) in
                try source.hasSession(ofUser: id, at: Peer(address).block)
            }
            #expect(found == isKnown)
        }
        #expect(watched.rowsMax <= 100)
    }

    @Test(arguments: Ending.allCases)
    func `however many sessions there are, all can be ended`(ending: Ending) async throws {
        let (fixture, watched) = try Fixture.watched()
        let other = await fixture.signUp()
        let mine = await fixture.signIn()
        try await fixture.addSessions(50_000, like: other)
        let last = try await fixture.refreshToken(ofAdded: 50_000)
        #expect([200, 204].contains(await ending.ask(fixture, mine).status))
        #expect(watched.rowsMax <= Self.rowsMax)
        #expect(try await fixture.sessions() == (ending.keepsOwn ? 1 : 0))
        for token in [other.refreshToken, last] {
            #expect(await fixture.refresh(token).code == "refresh_token_not_found")
        }
        #expect(
            (await fixture.refresh(mine.refreshToken).status == 200) == ending.keepsOwn)
        let restarted = try fixture.restarted()
        for service in [fixture.service, restarted] {
            #expect(
                service.verify(token: other.accessToken, as: .bearer)
                    == .failure(.sessionRevoked))
        }
    }

    @Test(arguments: Ending.allCases)
    func `what is cut off in the middle has ended what it has, and can be asked again`(
        ending: Ending
    ) async throws {
        let (fixture, watched) = try Fixture.watched()
        let other = await fixture.signUp()
        fixture.clock.advance(seconds: 60)
        let mine = await fixture.signIn()
        try await fixture.addSessions(3000, like: other)
        watched.stop(afterWrites: 2)
        #expect(await ending.ask(fixture, mine).status >= 400)
        watched.goOn()
        let left = try await fixture.sessions()
        #expect(left > 1 && left < 3002)
        #expect(
            try fixture.restarted().verify(token: other.accessToken, as: .bearer)
                == .failure(.sessionRevoked))
        #expect(await fixture.refresh(other.refreshToken).code == "refresh_token_not_found")
        // A password does not change before all that it must end has ended.
        #expect(await fixture.signIn().status == 200)
        #expect([200, 204].contains(await ending.ask(fixture, mine).status))
        #expect(try await fixture.sessions() == (ending.keepsOwn ? 1 : 0))
    }

    @Test func `sessions whose tokens have expired are forgotten some at a time`() async throws {
        let (fixture, watched) = try Fixture.watched()
        let other = await fixture.signUp()
        try await fixture.addSessions(3000, like: other)
        let mine = await fixture.signIn()
        _ = await fixture.call(.post, "/logout?scope=others", token: mine.accessToken)
        fixture.clock.advance(seconds: 3600 + 30)
        var noted = try await fixture.count("SELECT count(*) FROM _apus_revoked_sessions")
        for _ in 0..<50 where noted > 1 {
            let reply = await fixture.signIn()
            _ = await fixture.call(.post, "/logout?scope=local", token: reply.accessToken)
            noted = try await fixture.count("SELECT count(*) FROM _apus_revoked_sessions")
        }
        #expect(watched.rowsMax <= Self.rowsMax)
        fixture.clock.set(by: -3600 - 30)
        let verdict = try await fixture.restarted().verdict(on: other, as: .bearer)
        #expect(verdict == .failure(.sessionRevoked))
    }

    @Test(.sqliteOnly) func `no statement sorts or goes through sessions`() async throws {
        let (fixture, watched) = try Fixture.watched()
        let first = await fixture.signUp()
        try await fixture.addSessions(1500, like: first)
        let second = await fixture.signIn()
        _ = await fixture.refresh(second.refreshToken)
        for ending in Ending.allCases {
            _ = await ending.ask(fixture, await fixture.signIn())
        }
        _ = try await fixture.service.database.read { source throws(Problem) in
            try source.hasSession(ofUser: "nobody", at: Peer("192.0.2.1").block)
        }
        #expect(watched.plans.contains { $0.hasPrefix("SEARCH _apus_sessions USING") })
        for line in watched.plans {
            #expect(!line.contains("TEMP B-TREE"))
            #expect(!line.hasPrefix("SCAN _apus_") || line == "SCAN _apus_forgotten_sessions")
        }
    }
}

extension Fixture {
    /// A service whose store is watched.
    fileprivate static func watched() throws -> (Fixture, WatchedDatabase) {
        let fixture = try Fixture(seen: { WatchedDatabase($0) })
        return (fixture, try #require(fixture.service.database as? WatchedDatabase))
    }

    /// A service on the same database, as after a restart.
    fileprivate func restarted() throws -> AuthService {
        let clock = clock
        return try AuthService(
            database: database, settings: service.settings, secrets: secrets,
            clock: { clock.now })
    }

    fileprivate func sessions() async throws -> Int64 {
        try await count("SELECT count(*) FROM _apus_sessions")
    }

    /// Gives an account sessions like one that it has, each refreshed a microsecond after the one
    /// before.
    fileprivate func addSessions(_ count: Int64, like reply: Reply) async throws {
        let id = try claims(of: reply.accessToken)["session_id"]?.string
        try await change(
            """
            WITH RECURSIVE numbers (number) AS (
              SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < \(count))
            INSERT INTO _apus_sessions (id, user_id, created_at, refreshed_at, token_expires_at,
              aal, user_agent, address, refresh_salt, refresh_counter)
            SELECT '00000000-0000-4000-8000-' || substr(CAST(1000000000000 + number AS TEXT), 2),
              user_id, created_at, refreshed_at + number, token_expires_at, aal, user_agent,
              address, refresh_salt, refresh_counter
            FROM numbers CROSS JOIN _apus_sessions WHERE id = \(id)
            """)
        try await change(
            """
            INSERT INTO _apus_session_amr (session_id, method, at)
            SELECT id, 'password', created_at FROM _apus_sessions
            WHERE id NOT IN (SELECT session_id FROM _apus_session_amr)
            """)
    }

    /// The refresh token of a session that was so added.
    fileprivate func refreshToken(ofAdded number: Int) async throws -> String {
        let id = "00000000-0000-4000-8000-" + String(1_000_000_000_000 + number).dropFirst()
        let session = try await database.read { source throws(Problem) in
            try source.session(id: id)
        }
        return service.issuer.refreshToken(of: try #require(session))
    }
}
