import Bytes
import Crypto
import Diagnostics
import HTTP
import PostgresTestSupport
import Store
import Testing

@testable import Auth

@Suite(.fewAtOnce) struct VerifierTests {
    static let id = "01234567-89ab-4cde-8f01-23456789abcd"

    /// Claims, with `NOW±n` for times.
    static let refused: [(claims: String, problem: TokenProblem, rest: String)] = [
        (#"{"sub":"ID","exp":NOW-30}"#, .expired(secondsAgo: 30), "JWT expired"),
        (#"{"exp":NOW-40}"#, .expired(secondsAgo: 40), "JWT expired"),
        (#"{"exp":NOW-40.5}"#, .expired(secondsAgo: 41), "JWT expired"),
        (#"{"exp":NOW+60,"nbf":NOW+31}"#, .notYetValid, "JWT not yet valid"),
        (
            #"{"sub":"ID","exp":NOW+60,"iat":NOW+31}"#, .issuedInFuture, "JWT issued at future"
        ),
        (#"{"sub":"ID"}"#, .missingClaim("exp"), "Parsing claims failed"),
        (
            #"{"sub":"ID","exp":"soon"}"#, .claim("exp claim must be a number"),
            "Parsing claims failed"
        ),
        (
            #"{"x":1e200000}"#, .claim("value overflows numeric format"),
            "Parsing claims failed"
        ),
        (
            #"{"x":"\u0000"}"#, .claim("unsupported Unicode escape sequence"),
            "Parsing claims failed"
        ),
        (#"{"exp":1e300}"#, .claim("exp claim must be a number"), "Parsing claims failed"),
        (#"{"sub":"me","exp":NOW+60}"#, .subjectNotUUID, "Parsing claims failed"),
        (#"{"sub":7,"exp":NOW+60}"#, .subjectNotUUID, "Parsing claims failed"),
        (#"{"exp":NOW+60,"session_id":"x"}"#, .sessionNotUUID, "Parsing claims failed"),
        (#"{"role":"postgres"}"#, .claim("role claim is unknown"), "Parsing claims failed"),
        (#"{"role":["anon"]}"#, .claim("role claim is unknown"), "Parsing claims failed"),
        (
            #"{"sub":"ID","exp":NOW+60,"role":"service_role"}"#,
            .claim("role claim is not a user's"), "Parsing claims failed"
        ),
    ]

    @Test(arguments: refused)
    func `claims that are not good are refused with PGRST303`(
        claims: String, problem: TokenProblem, rest: String
    ) throws {
        let fixture = try Fixture()
        let token = fixture.sign(Self.fill(claims, fixture.clock.now.seconds))
        #expect(fixture.service.verify(token: token, as: .bearer) == .failure(problem))
        #expect(problem.restProblem.message == rest)
        #expect(problem.restProblem.code == "PGRST303")
        #expect(problem.restProblem.status == 401)
    }

    @Test(arguments: [
        #"{"sub":"ID","exp":NOW-29}"#, #"{"sub":"ID","exp":NOW+1.5,"nbf":NOW+30,"iat":NOW+30}"#,
        #"{"role":"anon"}"#, #"{"role":null,"sub":null,"session_id":""}"#, #"{}"#,
    ])
    func `good claims and small clock differences pass`(claims: String) throws {
        let fixture = try Fixture()
        let token = fixture.sign(Self.fill(claims, fixture.clock.now.seconds))
        let first = try fixture.service.verify(token: token, as: .bearer).get()
        let second = try fixture.service.verify(token: token, as: .bearer).get()
        #expect(first === second)
    }

    static let uses: [(claims: String, bearer: Bool, socket: Bool, apiKey: Bool)] = [
        (#"{"role":"anon","exp":4e9}"#, true, true, true),
        (#"{"role":"service_role","exp":4e9}"#, true, true, true),
        (#"{"role":"authenticated","exp":4e9}"#, true, true, false),
        (#"{"role":"authenticated","exp":4e9,"sub":"ID"}"#, true, true, false),
        (#"{"role":"anon","exp":4e9,"sub":"ID"}"#, true, true, false),
        (#"{"exp":4e9}"#, true, false, false), (#"{"role":null,"exp":4e9}"#, true, false, false),
        (#"{"role":"anon"}"#, true, false, false), ("{}", true, false, false),
    ]

    @Test(arguments: uses)
    func `each surface asks for its own claims`(
        claims: String, bearer: Bool, socket: Bool, apiKey: Bool
    ) throws {
        let fixture = try Fixture()
        let token = fixture.sign(Self.fill(claims, fixture.clock.now.seconds))
        func passes(_ use: TokenUse) -> Bool {
            (try? fixture.service.verify(token: token, as: use).get()) != nil
        }
        // Twice: what is remembered of a token must not stand in for the question.
        for _ in 0..<2 {
            #expect(passes(.bearer) == bearer)
            #expect(passes(.socket) == socket)
            #expect(passes(.apiKey) == apiKey)
        }
    }

    @Test func `claims are handed out as canonical JSON`() throws {
        let fixture = try Fixture()
        let upper = Self.id.uppercased()
        let token = fixture.sign(
            """
            {"role":"authenticated", "sub":"\(upper)","exp":4e9,"email":"a@b.c","aal":"aal2",
             "session_id":"\(upper)","aud":["x","y"],"b":1,"a":{"z":1,"y":2}}
            """)
        let claims = try fixture.service.verify(token: token, as: .bearer).get()
        #expect(claims.role == .authenticated)
        #expect(claims.subject == Self.id)
        #expect(claims.sessionID == Self.id)
        #expect(claims.email == "a@b.c")
        #expect(claims.assuranceLevel == "aal2")
        #expect(claims.audiences == ["x", "y"])
        #expect(claims.expiresAt == 4_000_000_000)
        #expect(claims.json.hasPrefix(#"{"a":{"y":2,"z":1},"b":1,"#))
        #expect(!claims.isService)
    }

    @Test func `a cached token expires all the same`() throws {
        let fixture = try Fixture()
        let token = fixture.sign(#"{"exp":\#(fixture.clock.now.seconds + 10)}"#)
        #expect((try? fixture.service.verify(token: token, as: .bearer).get()) != nil)
        fixture.clock.advance(seconds: 39)
        #expect((try? fixture.service.verify(token: token, as: .bearer).get()) != nil)
        fixture.clock.advance(seconds: 1)
        #expect(
            fixture.service.verify(token: token, as: .bearer)
                == .failure(.expired(secondsAgo: 30)))
    }

    @Test func `a changed token does not meet the cached one`() throws {
        let fixture = try Fixture()
        let key = Array(fixture.secrets.anonKey.utf8)
        #expect((try? fixture.service.verify(token: key[...], as: .bearer).get()) != nil)
        for position in key.indices {
            var changed = key
            changed[position] = changed[position] == 0x41 ? 0x42 : 0x41
            #expect((try? fixture.service.verify(token: changed[...], as: .bearer).get()) == nil)
        }
        let longer: Result<TokenClaims, TokenProblem> = .failure(.unverified(.partCount(4)))
        let found = fixture.service.verify(token: "x." + fixture.secrets.anonKey, as: .bearer)
        #expect(found == longer)
    }

    @Test func `keys name their role, tokens of users are no keys`() async throws {
        let fixture = try Fixture()
        func role(_ key: String) -> Role? {
            try? fixture.service.verify(token: key, as: .apiKey).get().role
        }
        #expect(role(fixture.secrets.anonKey) == .anonymous)
        #expect(role(fixture.secrets.serviceRoleKey) == .service)
        #expect(role(await fixture.signUp().accessToken) == nil)
        #expect(role("") == nil)
        #expect(role("sb_secret_x") == nil)
        #expect(role(Secrets.generate(now: fixture.clock.now).anonKey) == nil)
    }

    @Test(arguments: [-60, -86_400, -315_360_000] as [Int64])
    func `keys survive a clock that is set back`(shift: Int64) throws {
        let fixture = try Fixture()
        fixture.clock.set(by: shift)
        for key in [fixture.secrets.anonKey, fixture.secrets.serviceRoleKey] {
            #expect((try? fixture.service.verify(token: key, as: .bearer).get()) != nil)
            #expect((try? fixture.service.verify(token: key, as: .apiKey).get()) != nil)
        }
    }

    @Test func `the cache is bounded and keeps giving right answers`() throws {
        let fixture = try Fixture()
        let tokens = (0..<300).map { fixture.sign(#"{"email":"\#($0)@x"}"#) }
        let cache = TokenCache(tokensMax: 64)
        for token in tokens {
            let bytes = Array(token.utf8)[...]
            let claims = try fixture.service.verify(token: bytes, as: .bearer).get()
            cache.insert(claims, for: bytes)
            #expect(cache.claims(of: bytes) === claims)
        }
        let kept = tokens.filter { cache.claims(of: Array($0.utf8)[...]) != nil }
        #expect(kept.count <= 64)
        cache.removeAll { _ in true }
        #expect(tokens.allSatisfy { cache.claims(of: Array($0.utf8)[...]) == nil })
    }

    @Test func `a revocation wins against verifications at the same time`() async throws {
        let fixture = try Fixture()
        for _ in 0..<50 {
            let session = UUIDText.v4()
            let token = fixture.sign(
                #"{"sub":"\#(Self.id)","exp":4e9,"session_id":"\#(session)"}"#)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { _ = fixture.service.verify(token: token, as: .bearer) }
                }
                group.addTask {
                    fixture.service.verifier.revoke(
                        [RevokedSession(id: session, expiresAt: 5_000_000_000)],
                        now: fixture.clock.now)
                }
            }
            #expect(fixture.service.verify(token: token, as: .bearer) == .failure(.sessionRevoked))
        }
    }

    @Test func `revocations are forgotten when their tokens have expired`() {
        let revocations = Revocations()
        for number in 0..<5000 {
            revocations.add(
                [RevokedSession(id: "\(number)", expiresAt: Int64(number))], now: Int64(number - 10)
            )
        }
        #expect(revocations.contains("4999"))
        #expect(revocations.count < 2048)
    }

    private static func fill(_ claims: String, _ now: Int64) -> String {
        var text = claims.replacing("ID", with: id)
        for match in claims.matches(of: /NOW([+-][0-9.]+)/) {
            let shift = Double(match.1) ?? 0
            let time = Double(now) + shift
            text = text.replacing(
                String(match.0), with: shift == shift.rounded() ? "\(Int64(time))" : "\(time)")
        }
        return text
    }
}

extension TokenClaims: Equatable {
    static func == (left: TokenClaims, right: TokenClaims) -> Bool { left === right }
}
