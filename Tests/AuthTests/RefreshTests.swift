import Bytes
import Crypto
import Diagnostics
import HTTP
import PostgresTestSupport
import Store
import Testing
import Values

@testable import Auth

/// The five cases of auth.md §3.2.
@Suite(.fewAtOnce) struct RefreshTests {
    @Test func `case 1: the active token rotates`() async throws {
        let fixture = try Fixture()
        let first = await fixture.signUp()
        fixture.clock.advance(seconds: 60)
        let second = await fixture.refresh(first.refreshToken)
        #expect(second.status == 200)
        #expect(second.refreshToken != first.refreshToken)
        #expect(second.accessToken != first.accessToken)
        #expect(second.json?["expires_at"]?.int64 == fixture.clock.now.seconds + 3600)
        #expect(second.user?["email"]?.string == "ada@example.org")
        let one = try claims(of: first.accessToken)
        let other = try claims(of: second.accessToken)
        #expect(one["session_id"]?.string == other["session_id"]?.string)
        #expect(other["amr"]?.elements.first?["method"]?.string == "password")
        #expect(await fixture.refresh(second.refreshToken).status == 200)
    }

    @Test func `case 2: the parent of the active token gets the active one, at any time`()
        async throws
    {
        let fixture = try Fixture()
        let first = await fixture.signUp()
        let second = await fixture.refresh(first.refreshToken)
        fixture.clock.advance(seconds: 86_400)
        let again = await fixture.refresh(first.refreshToken)
        #expect(again.status == 200)
        #expect(again.refreshToken == second.refreshToken)
        #expect(await fixture.user(again.accessToken).status == 200)
        #expect(await fixture.refresh(second.refreshToken).status == 200)
    }

    @Test func `case 2 can be bounded`() async throws {
        let fixture = try Fixture { $0.refreshParentSeconds = 3600 }
        let first = await fixture.signUp()
        _ = await fixture.refresh(first.refreshToken)
        fixture.clock.advance(seconds: 3600)
        #expect(await fixture.refresh(first.refreshToken).status == 200)
        fixture.clock.advance(seconds: 1)
        #expect(await fixture.refresh(first.refreshToken).code == "refresh_token_already_used")
    }

    @Test func `case 3: an older token is forgiven for ten seconds`() async throws {
        let fixture = try Fixture()
        let first = await fixture.signUp()
        let second = await fixture.refresh(first.refreshToken)
        let third = await fixture.refresh(second.refreshToken)
        fixture.clock.advance(seconds: 10)
        let again = await fixture.refresh(first.refreshToken)
        #expect(again.status == 200)
        #expect(again.refreshToken == third.refreshToken)
    }

    @Test func `case 3: after that it ends the whole session`() async throws {
        let fixture = try Fixture()
        let other = await fixture.signUp()
        let first = await fixture.signIn()
        let second = await fixture.refresh(first.refreshToken)
        let third = await fixture.refresh(second.refreshToken)
        fixture.clock.advance(seconds: 11)
        let reused = await fixture.refresh(first.refreshToken)
        #expect(reused.status == 400)
        #expect(reused.code == "refresh_token_already_used")
        #expect(reused.message == "Invalid Refresh Token: Already Used")
        for token in [first.refreshToken, second.refreshToken, third.refreshToken] {
            #expect(await fixture.refresh(token).code == "refresh_token_not_found")
        }
        let user = await fixture.user(third.accessToken)
        #expect(user.status == 403)
        #expect(user.code == "session_not_found")
        #expect(
            fixture.service.verify(token: third.accessToken, as: .bearer)
                == .failure(.sessionRevoked))
        #expect(await fixture.user(other.accessToken).status == 200)
    }

    @Test func `case 4: tokens that are not ours are not found`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp()
        let mine = try #require(RefreshToken(parsing: reply.refreshToken))
        let master = RandomBytes.make(32)
        let forged = [
            RefreshToken(sessionID: mine.sessionID, counter: 0)
                .signed(master: master, salt: RandomBytes.make(16)),
            RefreshToken(sessionID: UUIDText.v4(), counter: 0)
                .signed(master: master, salt: RandomBytes.make(16)),
        ]
        for token in forged {
            let refused = await fixture.refresh(token)
            #expect(refused.status == 400)
            #expect(refused.code == "refresh_token_not_found")
            #expect(refused.message == "Invalid Refresh Token: Refresh Token Not Found")
        }
        #expect(await fixture.refresh(reply.refreshToken).status == 200)
    }

    @Test func `case 4: a changed character is no token of ours`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp()
        let bytes = Array(reply.refreshToken.utf8)
        for position in bytes.indices {
            var changed = bytes
            changed[position] = changed[position] == 0x41 ? 0x42 : 0x41
            let refused = await fixture.refresh(String(utf8: changed))
            #expect(refused.status == 400)
            #expect(["refresh_token_not_found", "validation_failed"].contains(refused.code))
        }
        #expect(await fixture.refresh(reply.refreshToken).status == 200)
    }

    @Test func `case 4: a token from the future of its session is not found`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp()
        let id = try #require(RefreshToken(parsing: reply.refreshToken)).sessionID
        let session = try await fixture.database.read { source throws(Problem) in
            try source.session(id: id)
        }
        var ahead = try #require(session)
        ahead.refreshCounter = 1
        let token = fixture.service.issuer.refreshToken(of: ahead)
        #expect(await fixture.refresh(token).code == "refresh_token_not_found")
    }

    @Test func `case 5: of many refreshes at once all get the one next token`() async throws {
        let fixture = try Fixture()
        let first = await fixture.signUp()
        let replies = await withTaskGroup(of: Reply.self) { group in
            for _ in 0..<25 { group.addTask { await fixture.refresh(first.refreshToken) } }
            return await group.reduce(into: [Reply]()) { $0.append($1) }
        }
        #expect(replies.allSatisfy { $0.status == 200 })
        #expect(Set(replies.map(\.refreshToken)).count == 1)
        #expect(replies.first?.refreshToken != first.refreshToken)
        #expect(try await fixture.count("SELECT max(refresh_counter) FROM _apus_sessions") == 1)
    }

    @Test func `a refresh renews the claims from the store`() async throws {
        let fixture = try Fixture()
        let first = await fixture.signUp()
        let plan = #"{"plan":"gold"}"#
        try await fixture.change("UPDATE _apus_users SET app_metadata = \(plan)")
        let second = await fixture.refresh(first.refreshToken)
        #expect(try claims(of: second.accessToken)["app_metadata"]?["plan"]?.string == "gold")
    }

    @Test func `banned users do not refresh`() async throws {
        let fixture = try Fixture()
        let first = await fixture.signUp()
        let later = fixture.clock.now.microseconds + 60_000_000
        try await fixture.change("UPDATE _apus_users SET banned_until = \(later)")
        #expect(await fixture.refresh(first.refreshToken).code == "user_banned")
        let user = await fixture.user(first.accessToken)
        #expect(user.status == 403)
        #expect(user.code == "user_banned")
    }

    @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, Int64.max] as [Int64])
    func `a refresh token gives back what it means`(counter: Int64) throws {
        let master = RandomBytes.make(32)
        let salt = RandomBytes.make(16)
        let id = UUIDText.v4()
        let text = RefreshToken(sessionID: id, counter: counter).signed(master: master, salt: salt)
        let token = try #require(RefreshToken(parsing: text))
        #expect(token.sessionID == id)
        #expect(token.counter == counter)
        #expect(token.isAuthentic(master: master, salt: salt))
        #expect(!token.isAuthentic(master: master, salt: RandomBytes.make(16)))
        #expect(!token.isAuthentic(master: RandomBytes.make(32), salt: salt))
    }

    @Test func `a counter is written in one way only`() {
        let start = [1] + RandomBytes.make(16)
        for counter: [UInt8] in [
            [], [0x80], [0x80, 0x00], [0x01, 0x01], [0x80, 0x80, 0x80, 0x80],
            [UInt8](repeating: 0xFF, count: 9) + [1],
        ] {
            let text = Base64URL.encode(start + counter + RandomBytes.make(16))
            #expect(RefreshToken(parsing: text) == nil)
        }
        #expect(RefreshToken(parsing: String(repeating: "A", count: 4000)) == nil)
        #expect(RefreshToken(parsing: Base64URL.encode([2] + RandomBytes.make(33))) == nil)
    }
}
