import Bytes
import Configuration
import Crypto
import Diagnostics
import Testing

@testable import Auth

/// Secrets that the environment gives.
@Suite struct SecretsVariablesTests {
    static let secret = "a secret that every node of the project is given"

    /// What is read of these variables.
    static func secrets(
        _ secret: String?, anon: String? = nil, service: String? = nil
    ) throws -> Secrets? {
        let environment = [
            "APUS_JWT_SECRET": secret, "APUS_ANON_KEY": anon, "APUS_SERVICE_ROLE_KEY": service,
        ]
        let given = try GivenSettings(
            environment: environment.compactMapValues(\.self), of: Setting.all)
        return try Secrets(variables: given.settings.secrets)
    }

    @Test func `no variable, no secrets`() throws {
        #expect(try Self.secrets(nil) == nil)
    }

    /// Other texts would be other keys on the nodes that are not updated yet.
    @Test func `derived keys are the same everywhere, in every version`() throws {
        let secrets = try #require(try Self.secrets(Self.secret))
        #expect(secrets.jwtSecret == Self.secret)
        #expect(secrets.anonKey == Self.anon)
        #expect(secrets.serviceRoleKey == Self.service)
        for (key, role) in [(secrets.anonKey, "anon"), (secrets.serviceRoleKey, "service_role")] {
            let claims = try claims(of: key)
            #expect(claims["role"]?.string == role)
            #expect(claims["iat"]?.int64 == 1_767_225_600)
            #expect(claims["exp"]?.int64 == 4_102_444_800)
            #expect(claims["sub"] == nil)
        }
    }

    @Test func `keys that are given are taken, and the other is derived`() throws {
        let other = Secrets.generate(now: SecretsTests.now)
        let both = try #require(
            try Self.secrets(
                other.jwtSecret, anon: other.anonKey, service: other.serviceRoleKey))
        #expect(both.anonKey == other.anonKey && both.serviceRoleKey == other.serviceRoleKey)
        let one = try #require(try Self.secrets(other.jwtSecret, service: other.serviceRoleKey))
        #expect(one.anonKey != other.anonKey && one.serviceRoleKey == other.serviceRoleKey)
        #expect(one.fingerprint == both.fingerprint)
    }

    struct Fault: CustomTestStringConvertible {
        var secret: String? = SecretsVariablesTests.secret
        var anon: String?
        var service: String?
        let reason: String
        var testDescription: String { reason }
    }

    static let foreign = Secrets.generate(now: SecretsTests.now)
    static let faults = [
        Fault(secret: "too short", reason: "APUS_JWT_SECRET must have at least 32 bytes"),
        Fault(
            secret: "super-secret-jwt-token-with-at-least-32-characters-long",
            reason: "APUS_JWT_SECRET is a published example; anybody can sign with it"),
        Fault(
            anon: foreign.anonKey,
            reason: "APUS_ANON_KEY is not a key with role anon and exp, signed with "
                + "APUS_JWT_SECRET"),
        Fault(
            service: anon,
            reason: "APUS_SERVICE_ROLE_KEY is not a key with role service_role and exp, signed "
                + "with APUS_JWT_SECRET"),
        Fault(
            secret: nil, anon: anon,
            reason: "APUS_ANON_KEY is set without APUS_JWT_SECRET, which the key is signed with"),
        Fault(
            secret: nil, service: service,
            reason: "APUS_SERVICE_ROLE_KEY is set without APUS_JWT_SECRET, which the key is "
                + "signed with"),
    ]

    @Test(arguments: faults)
    func `what is wrong with a variable is said with its name and not its value`(
        fault: Fault
    ) throws {
        let problem = #expect(throws: Problem.self) {
            try Self.secrets(fault.secret, anon: fault.anon, service: fault.service)
        }
        #expect(problem?.code == "invalid_secrets")
        #expect(problem?.message == "The secrets are not usable: \(fault.reason).")
    }

    static let anon =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzdXBhYmFzZSIsInJlZiI6ImFwdXMiLCJ"
        + "yb2xlIjoiYW5vbiIsImlhdCI6MTc2NzIyNTYwMCwiZXhwIjo0MTAyNDQ0ODAwfQ.LYirhhhx1wm9J4kw"
        + "ODT8Cm0riJ0FH0C9S7XaErTmk7k"
    static let service =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzdXBhYmFzZSIsInJlZiI6ImFwdXMiLCJ"
        + "yb2xlIjoic2VydmljZV9yb2xlIiwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjQxMDI0NDQ4MDB9.xV_9Gz"
        + "U4WRXIi2q4VVWQyS7LqCrr2K8PBdvCaDzbsSw"
}
