import Bytes
import Crypto
import Diagnostics
import Foundation
import HTTP
import PostgresTestSupport
import Quotas
import Store
import StoreSQLite
import Synchronization
import Testing

@testable import Auth

/// A store that answers no look-up at once, as one over a network does.
final class WaitingDatabase: DatabaseInFront {
    let database: any Database

    init(_ database: SQLiteDatabase) { self.database = database }

    func reading<R: Sendable>(
        for caller: Caller, _ body: @escaping @Sendable (any RowSource) throws(Problem) -> R
    ) throws(Problem) -> Reading<R> {
        .mustWait(
            PendingRead { [database] reply in
                Thread.detachNewThread {
                    reply(
                        Result { () throws(Problem) in
                            guard case .done(let answer) = try database.reading(body) else {
                                throw .invalidCredentials
                            }
                            return answer
                        })
                }
                return {}
            })
    }
}

@Suite(.fewAtOnce, .timeLimit(.minutes(10))) struct WaitingStoreTests {
    @Test func `a store that makes wait serves accounts all the same`() async throws {
        let fixture = try Fixture.onSQLite(seen: WaitingDatabase.init)
        let reply = await fixture.signUp()
        #expect(await fixture.signUp().code == "user_already_exists")
        #expect(await fixture.user(reply.accessToken).user?["email"]?.string == "ada@example.org")
        #expect(await fixture.signIn(password: "wrong-1").code == "invalid_credentials")
        let signedIn = await fixture.signIn()
        #expect(signedIn.status == 200)
        let changed = await fixture.call(
            .put, "/user", #"{"data":{"a":1}}"#, token: signedIn.accessToken)
        #expect(changed.user?["user_metadata"]?["a"]?.int64 == 1)
        #expect(await fixture.call(.post, "/logout", token: reply.accessToken).status == 204)
        #expect(await fixture.user(reply.accessToken).code == "session_not_found")
        let stranger = fixture.sign(
            #"{"sub":"01234567-89ab-4cde-8f01-23456789abcd","exp":4e9,"role":"authenticated"}"#)
        #expect(await fixture.user(stranger).code == "user_not_found")
    }

    /// A clock set back, after which only the store knows of two sessions whether they are there.
    @Test func `what only the store knows is refused for the moment and then decided`()
        async throws
    {
        let questions = Questions()
        let fixture = try Fixture()
        let now = fixture.clock.now
        let alive = UUIDText.v4()
        let gone = UUIDText.v4()
        let verifier = Self.verifier(fixture, asking: questions)
        func verdict(_ session: String) -> Result<TokenClaims, TokenProblem> {
            let end = now.seconds + 60
            let token = Array(
                fixture.sign(#"{"exp":\#(end),"session_id":"\#(session)"}"#).utf8)
            return Result { () throws(TokenProblem) in
                try verifier.verify(token[...], as: .bearer, now: now, leewaySeconds: 0)
            }
        }
        #expect(verdict(alive) == .failure(.sessionUnsettled))
        #expect(verdict(gone) == .failure(.sessionUnsettled))
        // An answer that is a failure decides nothing.
        questions.answer(.failure(.conflict))
        #expect(verdict(alive) == .failure(.sessionUnsettled))
        #expect(verdict(gone) == .failure(.sessionUnsettled))
        questions.answer(.success(alive))
        #expect((try? verdict(alive).get()) != nil)
        #expect(verdict(gone) == .failure(.sessionRevoked))
    }

    @Test func `a sign-out wins against an answer on its way`() throws {
        let questions = Questions()
        let fixture = try Fixture()
        let now = fixture.clock.now
        let session = UUIDText.v4()
        let verifier = Self.verifier(fixture, asking: questions)
        let end = now.seconds + 60
        let token = Array(fixture.sign(#"{"exp":\#(end),"session_id":"\#(session)"}"#).utf8)
        for expected in [TokenProblem.sessionUnsettled, .sessionRevoked] {
            #expect(throws: expected) {
                try verifier.verify(token[...], as: .bearer, now: now, leewaySeconds: 0)
            }
            verifier.revoke([RevokedSession(id: session, expiresAt: end)], now: now)
            questions.answer(.success(session))
        }
    }

    @Test(arguments: [TokenProblem.sessionUnsettled])
    func `a token that is being asked about can be shown again`(problem: TokenProblem) {
        #expect(problem.restProblem.status == 503)
        #expect(problem.authProblem.status == 503)
    }

    private static func verifier(
        _ fixture: Fixture, asking questions: Questions
    ) -> TokenVerifier {
        let forgotten = RevokedSessions(forgottenThrough: fixture.clock.now.seconds + 3600)
        return TokenVerifier(
            keys: JWTKeySet([fixture.secrets.signingKey]), revocations: Revocations(forgotten),
            hasSession: { session in .mustWait(questions.ask(about: session)) })
    }
}

/// Questions about sessions that have no answer yet.
private final class Questions: Sendable {
    private let open = Mutex<[(String, PendingRead<Bool>.Reply)]>([])

    func ask(about session: String) -> PendingRead<Bool> {
        PendingRead { [self] reply in
            open.withLock { $0.append((session, reply)) }
            return {}
        }
    }

    /// Answers all: with what fails, or with the one session that is there.
    func answer(_ answer: Result<String, Problem>) {
        let asked = open.withLock { open in
            defer { open = [] }
            return open
        }
        for (session, reply) in asked { reply(answer.map { $0 == session }) }
    }
}
