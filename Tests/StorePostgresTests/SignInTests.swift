import Network
import PostgresTestSupport
import PostgresWire
import TestSupport
import Testing

@testable import StorePostgres

@Suite(.needsPostgres) struct SignInTests {
    /// What the failure of a first read says.
    static func refusal(_ url: String, _ passwords: PasswordFile? = nil) throws -> HostFailure? {
        let user = try PoolUser(url, passwords: passwords)
        guard case .unavailable(let unavailability) = user.run("select 1").failure else {
            return nil
        }
        #expect(unavailability.retryAfterSeconds >= 1)
        return unavailability.failures.last
    }

    @Test func `a password is proven by SCRAM, a wrong one told by name`() throws {
        let server = try NetworkedServer(
            rules: ["host all all 127.0.0.1/32 scram-sha-256"],
            script: "create role anna login password 'geheim'")
        let user = try PoolUser(server.url("anna:geheim", ""))
        #expect(user.run("select current_user").value == "anna")
        let wrong = try Self.refusal(server.url("anna:falsch", ""))
        #expect(wrong?.serverError?.sqlState == .invalidPassword)
        #expect(wrong?.treatment == .wait)
        let missing = try Self.refusal(server.url("anna", ""))
        #expect(missing?.cause == .session(.fault(.authentication(.passwordIsMissing))))
        let filed = try PoolUser(
            server.url("anna", ""),
            passwords: PasswordFile("127.0.0.1:*:*:anna:geheim"))
        #expect(filed.run("select 1").succeeded)
    }

    @Test func `a wrong password ends the search among hosts`() throws {
        let server = try NetworkedServer(
            rules: ["host all all 127.0.0.1/32 scram-sha-256"],
            script: "create role anna login password 'geheim'")
        let port = server.port
        let relayed =
            "postgres://anna:falsch@127.0.0.1:\(port),localhost:\(port)/postgres?sslmode=disable"
        let user = try PoolUser(relayed)
        guard case .unavailable(let unavailability) = user.run("select 1").failure else {
            Issue.record("not refused")
            return
        }
        #expect(unavailability.failures.count == 1)
    }

    @Test func `TLS is used as far as sslmode asks for it`() throws {
        let authority = try TestAuthority()
        let server = try NetworkedServer(
            rules: [
                "hostssl all anna 127.0.0.1/32 scram-sha-256",
                "hostnossl all plain 127.0.0.1/32 trust",
            ], certificate: try authority.issue(for: "DNS:localhost"),
            script: """
                create role anna login password 'geheim'; create role plain login
                """)
        let roots = "sslrootcert=\(authority.certificatePath)"
        let isEncrypted = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
        let encrypted = [
            "sslmode=require", "sslmode=prefer", "sslmode=allow",
            "sslmode=verify-ca&\(roots)", "sslmode=require&channel_binding=require",
        ]
        for parameters in encrypted {
            let user = try PoolUser(server.url("anna:geheim", parameters))
            #expect(user.run(isEncrypted).value == "t", "\(parameters)")
        }
        let full = try PoolUser(
            server.url("anna:geheim", "sslmode=verify-full&\(roots)", host: "localhost"))
        #expect(full.run(isEncrypted).value == "t")
        let plain = try PoolUser(server.url("plain", "sslmode=prefer"))
        #expect(plain.run(isEncrypted).value == "f")
        // The certificate is for a name, not for the address.
        let wrongName = try Self.refusal(
            server.url("anna:geheim", "sslmode=verify-full&\(roots)"))
        #expect(wrongName?.treatment == .wait)
        #expect(wrongName?.description.contains("is for other names: localhost") == true)
        let untrusted = try Self.refusal(
            server.url("anna:geheim", "sslmode=verify-full", host: "localhost"))
        #expect(untrusted?.treatment == .wait)
        // No rule lets anna in without.
        let disabled = try Self.refusal(server.url("anna:geheim", "sslmode=disable"))
        #expect(disabled?.serverError?.sqlState == .invalidAuthorization)
    }

    @Test func `a request to cancel goes over TLS where the session does`() throws {
        let server = try NetworkedServer(
            rules: ["hostssl all all 127.0.0.1/32 trust"],
            certificate: try TestAuthority().issue(for: "DNS:localhost"),
            script: "create role anna login")
        let user = try PoolUser(server.url("anna", "sslmode=require"))
        let answer = user.run("select pg_sleep(20)", within: .milliseconds(200))
        #expect(answer.failure == .timedOut)
        #expect(user.run("select 1").succeeded && user.counts.losses == 0)
    }

    @Test func `TLS that is asked for and not there is no connection`() throws {
        let server = try NetworkedServer(rules: ["host all all 127.0.0.1/32 trust"])
        let refusal = try Self.refusal(server.url("apus", "sslmode=require"))
        #expect(refusal?.cause == .tlsRefused)
        let user = try PoolUser(server.url("apus", ""))
        #expect(user.run("select 1").succeeded)
    }
}
