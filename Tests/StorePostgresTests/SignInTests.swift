import Network
import PostgresTestSupport
import PostgresWire
import TestSupport
import Testing

@testable import StorePostgres

@Suite(.blocking, .needsPostgres) struct SignInTests {
    /// A server with a role for each rule, and the authority behind its certificate.
    struct Place {
        let server: NetworkedServer
        let roots: String
        /// Keeps the files.
        let certificate: TestAuthority.Issued
    }

    static let started = Result {
        let authority = try TestAuthority()
        let certificate = try authority.issue(for: "DNS:localhost")
        let server = try NetworkedServer(
            rules: [
                "hostssl all anna 127.0.0.1/32 scram-sha-256",
                "host all berta 127.0.0.1/32 scram-sha-256",
                "hostssl all carla 127.0.0.1/32 trust",
                "hostnossl all plain 127.0.0.1/32 trust",
            ], certificate: certificate,
            script: """
                create role anna login password 'geheim';
                create role berta login password 'geheim';
                create role carla login; create role plain login
                """)
        return Place(
            server: server, roots: authority.certificatePath, certificate: certificate)
    }

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
        let server = try Self.started.get().server
        let user = try PoolUser(server.url("berta:geheim", ""))
        #expect(user.run("select current_user").value == "berta")
        let wrong = try Self.refusal(server.url("berta:falsch", ""))
        #expect(wrong?.serverError?.sqlState == .invalidPassword)
        #expect(wrong?.treatment == .wait)
        let missing = try Self.refusal(server.url("berta", ""))
        #expect(missing?.cause == .session(.fault(.authentication(.passwordIsMissing))))
        let filed = try PoolUser(
            server.url("berta", ""),
            passwords: PasswordFile("127.0.0.1:*:*:berta:geheim"))
        #expect(filed.run("select 1").succeeded)
    }

    @Test func `a wrong password ends the search among hosts`() throws {
        let server = try Self.started.get().server
        let port = server.port
        let relayed =
            "postgres://berta:falsch@127.0.0.1:\(port),localhost:\(port)/postgres?sslmode=disable"
        let user = try PoolUser(relayed)
        guard case .unavailable(let unavailability) = user.run("select 1").failure else {
            Issue.record("not refused")
            return
        }
        #expect(unavailability.failures.count == 1)
    }

    @Test func `TLS is used as far as sslmode asks for it`() throws {
        let server = try Self.started.get().server
        let roots = "sslrootcert=\(try Self.started.get().roots)"
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
        let server = try Self.started.get().server
        let user = try PoolUser(server.url("carla", "sslmode=require"))
        #expect(user.run("select 1").succeeded)
        let answer = user.run("select pg_sleep(20)", within: .milliseconds(200))
        #expect(answer.failure == .timedOut)
        #expect(user.run("select 1").succeeded && user.counts.losses == 0)
    }

    @Test(arguments: [("N", true), ("S extra", false), ("H", false)])
    func `a server that has no TLS, or gives no answer, is not taken for one that has`(
        said: String, isRefusal: Bool
    ) throws {
        let listener = try LoopbackListener()
        let port = listener.port
        let user = try PoolUser("postgres://apus@127.0.0.1:\(port)/postgres?sslmode=require")
        let record = user.submit([("select 1", .reads)], on: .read)
        let socket = try listener.accept()
        #expect(socket.read(count: 8) == [0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F])
        socket.send(said)
        guard case .unavailable(let unavailability) = record.wait(for: 1).first?.1.failure else {
            Issue.record("taken")
            return
        }
        let cause = unavailability.failures.first?.cause
        if isRefusal {
            #expect(cause == .tlsRefused)
        } else if case .tlsAnswer = cause {
        } else {
            Issue.record("\(String(describing: cause))")
        }
    }
}
