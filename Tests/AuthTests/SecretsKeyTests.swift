import Bytes
import Configuration
import Diagnostics
import Testing

@testable import Auth

/// Secrets that a database keeps.
@Suite struct SecretsKeyTests {
    static let secrets = Secrets.generate(now: SecretsTests.now)

    static func key(_ text: String = "a key that every node of the project is given") throws
        -> SecretsKey
    {
        try SecretsKey(SecretText(text))
    }

    @Test func `what is sealed for a database opens there with the same key`() throws {
        let sealed = try Self.key().seal(Self.secrets, for: "one")
        let opened = try Self.key().open(sealed, of: "one")
        #expect(opened.jwtSecret == Self.secrets.jwtSecret)
        #expect(opened.anonKey == Self.secrets.anonKey)
        #expect(opened.serviceRoleKey == Self.secrets.serviceRoleKey)
    }

    @Test func `what the database keeps shows nothing of them`() throws {
        let sealed = try Self.key().seal(Self.secrets, for: "one")
        let bytes = try #require(Base64URL.decode(sealed))
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.contains("jwt_secret") && !sealed.contains(Self.secrets.jwtSecret))
        #expect(try Self.key().seal(Self.secrets, for: "one") != sealed)
    }

    static let changes: [(name: String, change: @Sendable (String) -> String)] = [
        ("cut", { String($0.dropLast()) }), ("emptied", { _ in "" }), ("no base64", { $0 + "=!" }),
        ("another nonce", { "B" + $0.dropFirst() }), ("another tag", { $0.dropLast(4) + "AAAA" }),
        ("longer", { $0 + "AAAA" }),
    ]

    @Test(arguments: changes.indices)
    func `what was changed does not open`(index: Int) throws {
        // Begins with another letter than the changed one does.
        var sealed = "B"
        while sealed.hasPrefix("B") || sealed.hasSuffix("AAAA") {
            sealed = try Self.key().seal(Self.secrets, for: "one")
        }
        let changed = Self.changes[index].change(sealed)
        let problem = #expect(throws: Problem.self, "\(Self.changes[index].name)") {
            try Self.key().open(changed, of: "one")
        }
        #expect(problem?.code == "invalid_secrets")
    }

    @Test func `with another key, or in another database, they do not open`() throws {
        let sealed = try Self.key().seal(Self.secrets, for: "one")
        let other = try Self.key("another key, which is as long as the first one")
        for (key, database) in [(other, "one"), (try Self.key(), "two")] {
            let problem = #expect(throws: Problem.self) { try key.open(sealed, of: database) }
            #expect(
                problem?.message.hasPrefix(
                    "The secrets are not usable: APUS_SECRETS_KEY does not open those that the "
                        + "database keeps") == true)
        }
    }

    @Test func `a short key is refused by the name of its variable`() throws {
        let problem = #expect(throws: Problem.self) {
            try Self.key(String(repeating: "k", count: 31))
        }
        #expect(
            problem?.message
                == "The secrets are not usable: APUS_SECRETS_KEY must have at least 32 bytes.")
        _ = try Self.key(String(repeating: "k", count: 32))
    }

    @Test func `the key does not print`() throws {
        let key = try Self.key()
        var dumped = "\(key) \(String(reflecting: key))"
        dump(key, to: &dumped)
        #expect(dumped.filter(\.isNumber).isEmpty, "bytes of the key")
    }
}
