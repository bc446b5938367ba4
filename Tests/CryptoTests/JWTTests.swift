import Bytes
import Crypto
import Testing

struct TamperedToken: CustomTestStringConvertible, Sendable {
    let name: String
    let token: String
    let error: JWTError
    var testDescription: String { name }
}

@Suite struct JWTTests {
    static let secret = Array("a-secret-of-at-least-thirty-two-bytes".utf8)
    static let key = JWTKey(.hmacSHA256(secret: secret))!
    static let named = JWTKey(
        id: "k1", .hmacSHA256(secret: Array("another-secret-of-thirty-two-bytes!!".utf8)))!
    static let keys = JWTKeySet([key, named])
    static let claims = Array(#"{"sub":"1","role":"authenticated"}"#.utf8)
    static let good = JWT.sign(claims, with: key)

    static func verify(_ token: String) throws(JWTError) -> JSONDocument {
        try JWT.verify(Array(token.utf8)[...], keys: keys)
    }

    static func encode(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }

    /// A token with a right signature under the project secret, whatever stands in its header.
    static func signed(header: String, claims: String = #"{"sub":"1"}"#) -> String {
        let signed = encode(header) + "." + encode(claims)
        let code = HMACSHA256.code(for: Array(signed.utf8), key: secret)
        return signed + "." + Base64URL.encode(code)
    }

    static let parts = good.split(separator: ".").map(String.init)
    static let hs256 = #"{"alg":"HS256","typ":"JWT"}"#

    static let tampered: [TamperedToken] = [
        .init(name: "empty", token: "", error: .partCount(1)),
        .init(name: "opaque", token: "sb_secret_abc", error: .partCount(1)),
        .init(name: "two parts", token: parts[0] + "." + parts[1], error: .partCount(2)),
        .init(name: "five parts", token: "a.b.c.d.e", error: .partCount(5)),
        .init(name: "truncated by one", token: String(good.dropLast()), error: .malformed),
        .init(name: "truncated by three", token: String(good.dropLast(3)), error: .signature),
        .init(name: "no signature", token: parts[0] + "." + parts[1] + ".", error: .signature),
        .init(name: "padded", token: good + "=", error: .malformed),
        .init(name: "blank before", token: " " + good, error: .malformed),
        .init(name: "line end after", token: good + "\n", error: .malformed),
        .init(
            name: "standard alphabet", token: parts[0] + "." + parts[1] + ".+/+/", error: .malformed
        ),
        .init(name: "header no JSON", token: encode("{") + ".e30.e30", error: .malformed),
        .init(name: "header an array", token: encode("[]") + ".e30.e30", error: .malformed),
        .init(
            name: "alg none", token: encode(#"{"alg":"none"}"#) + "." + parts[1] + ".",
            error: .algorithm),
        .init(
            name: "alg None, signed", token: signed(header: #"{"alg":"None"}"#), error: .algorithm),
        .init(name: "alg hs256", token: signed(header: #"{"alg":"hs256"}"#), error: .algorithm),
        .init(name: "alg HS512", token: signed(header: #"{"alg":"HS512"}"#), error: .algorithm),
        .init(name: "alg RS256", token: signed(header: #"{"alg":"RS256"}"#), error: .algorithm),
        .init(name: "alg missing", token: signed(header: #"{"typ":"JWT"}"#), error: .algorithm),
        .init(name: "alg a number", token: signed(header: #"{"alg":256}"#), error: .algorithm),
        .init(
            name: "crit", token: signed(header: #"{"alg":"HS256","crit":["exp"]}"#),
            error: .criticalExtension),
        .init(
            name: "unknown kid", token: signed(header: #"{"alg":"HS256","kid":"other"}"#),
            error: .unknownKey),
        .init(
            name: "kid of another key", token: signed(header: #"{"alg":"HS256","kid":"k1"}"#),
            error: .signature),
        .init(
            name: "kid null", token: signed(header: #"{"alg":"HS256","kid":null}"#),
            error: .malformed),
        .init(
            name: "claims no object", token: signed(header: hs256, claims: "[1]"), error: .malformed
        ),
        .init(name: "claims no JSON", token: signed(header: hs256, claims: "{"), error: .malformed),
        .init(
            name: "claims nested too deep",
            token: signed(
                header: hs256,
                claims: #"{"a":"# + String(repeating: "[", count: 40)
                    + String(repeating: "]", count: 40) + "}"),
            error: .malformed),
        .init(
            name: "oversized",
            token: signed(
                header: hs256, claims: #"{"a":""# + String(repeating: "x", count: 16_384) + #""}"#),
            error: .tooLong),
        .init(
            name: "claims exchanged",
            token: parts[0] + "." + encode(#"{"sub":"2"}"#) + "." + parts[2],
            error: .signature),
    ]

    @Test(arguments: tampered)
    func `a tampered token is refused for its reason`(example: TamperedToken) {
        #expect(throws: example.error) { try Self.verify(example.token) }
    }

    @Test func `a signed token verifies and gives its claims back`() throws {
        #expect(try Self.verify(Self.good).root["role"]?.string == "authenticated")
        let other = JWT.sign(Self.claims, with: Self.named)
        #expect(try Self.verify(other).root["sub"]?.string == "1")
    }

    @Test func `a token signed with another secret is refused`() {
        let stranger = JWTKey(.hmacSHA256(secret: RandomBytes.make(32)))!
        #expect(throws: JWTError.signature) {
            try Self.verify(JWT.sign(Self.claims, with: stranger))
        }
    }

    @Test func `no single changed character of a token is accepted`() {
        let bytes = Array(Self.good.utf8)
        for position in bytes.indices {
            var changed = bytes
            changed[position] = changed[position] == 0x41 ? 0x42 : 0x41
            #expect(throws: JWTError.self) { try JWT.verify(changed[...], keys: Self.keys) }
        }
    }

    @Test func `keys that a token brings along are not used`() throws {
        let token = Self.signed(
            header: #"{"alg":"HS256","jku":"http://127.0.0.1/","jwk":{"k":"AAAA"}}"#)
        #expect(try Self.verify(token).root["sub"]?.string == "1")
    }

    @Test(arguments: [0, 16, 31])
    func `a short secret is no key`(count: Int) {
        #expect(JWTKey(.hmacSHA256(secret: RandomBytes.make(count))) == nil)
    }

    @Test func `a key does not show its secret`() {
        #expect("\(Self.key)" == "JWTKey(-, HS256)")
    }
}
