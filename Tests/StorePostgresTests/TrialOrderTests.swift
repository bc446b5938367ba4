import Network
import PostgresWire
import Testing

@testable import StorePostgres

@Suite struct TrialOrderTests {
    static let refused = HostFailure.Cause.network(
        ConnectError([.init(.host("a", port: 1), .refused)]))
    static let badTLS = HostFailure.Cause.network(
        ConnectError([.init(.host("a", port: 1), .tls(.handshake(reason: "none")))]))

    static func said(_ code: String) -> HostFailure.Cause {
        .session(.server(serverError(code, severity: "FATAL")))
    }

    /// The trials of a search all of which fail for one reason.
    static func trials(
        _ url: String, _ cause: HostFailure.Cause, lane: Lane = .read
    ) throws -> [String] {
        let target = try ConnectionTarget(url)
        var order = TrialOrder(
            target.hosts, for: ClusterConfiguration(target).attributes(for: lane), target: target)
        var trials: [String] = []
        var next = order.first()
        while let trial = next {
            trials.append("\(trial.host.tlsName) \(trial.use) \(trial.attributes)")
            next = order.next(after: trial, HostFailure(host: "", cause: cause))
        }
        return trials
    }

    @Test func `hosts are tried in their order`() throws {
        #expect(
            try Self.trials("postgres://u@a,b,c/d?sslmode=require", Self.refused)
                == ["a required any", "b required any", "c required any"])
    }

    @Test func `another use of TLS is tried where it may help, and nowhere else`() throws {
        let prefer = "postgres://u@a,b/d?sslmode=prefer"
        let all = ["a offered any", "a none any", "b offered any", "b none any"]
        #expect(try Self.trials(prefer, Self.badTLS) == all)
        #expect(try Self.trials(prefer, Self.refused) == ["a offered any", "b offered any"])
        #expect(
            try Self.trials("postgres://u@a/d?sslmode=allow", Self.said("28000"))
                == ["a none any", "a required any"])
    }

    @Test func `a wrong password is wrong everywhere`() throws {
        let url = "postgres://u@a,b/d?sslmode=prefer"
        #expect(try Self.trials(url, Self.said("28P01")) == ["a offered any"])
        #expect(
            try Self.trials(url, Self.said("57P03")) == ["a offered any", "b offered any"])
    }

    @Test func `a standby is looked for first where one is preferred, by reads only`() throws {
        let url = "postgres://u@a,b/d?sslmode=disable&target_session_attrs=prefer-standby"
        #expect(
            try Self.trials(url, .unsuitable(.standby))
                == ["a none standby", "b none standby", "a none any", "b none any"])
        #expect(
            try Self.trials(url, .unsuitable(.readWrite), lane: .write)
                == ["a none readWrite", "b none readWrite"])
    }

    @Test(arguments: [
        ("28P01", HostFailure.Treatment.wait), ("28000", .wait), ("3D000", .wait),
        ("53300", .shrink), ("57P03", .backOff), ("08P01", .goBare), ("XX000", .backOff),
    ])
    func `what a server says decides when it is asked again`(
        code: String, treatment: HostFailure.Treatment
    ) {
        #expect(HostFailure(host: "a", cause: Self.said(code)).treatment == treatment)
    }

    @Test func `TLS is used wherever somebody could be in between`() throws {
        func mode(_ url: String) throws -> TLSMode {
            let target = try ConnectionTarget(url)
            return target.tlsMode(at: target.hosts[0])
        }
        #expect(try mode("postgres://u@db.example.com/d") == .verifyFull)
        #expect(try mode("postgres://u@127.0.0.1/d") == .prefer)
        #expect(try mode("postgres://u@db.example.com/d?sslmode=disable") == .disable)
        #expect(try mode("postgres://u@localhost/d?sslnegotiation=direct") == .require)
    }
}
