import Diagnostics
import Glibc
import Testing

@testable import Network

@Suite struct ConnectErrorTests {
    static let endpoint = Endpoint.host("db.test", port: 5432)
    static let place = "db.test:5432 (10.0.0.1)"

    static let wordings: [(ConnectError.Cause, String, String)] = [
        (
            .unknownName(reason: "Name or service not known"), "host_unknown",
            "The host 'db.test' is not known: Name or service not known."
        ),
        (
            .lookUpFailed(reason: "Try again"), "host_lookup_failed",
            "The host 'db.test' could not be looked up: Try again."
        ),
        (
            .lookUpRefused, "host_lookup_failed",
            "The host 'db.test' was not looked up: too many others are."
        ),
        (
            .timedOut(.lookUp), "host_lookup_failed",
            "The host 'db.test' was not looked up in time."
        ),
        (.refused, "connection_refused", "\(place) refused the connection: nothing listens there."),
        (
            .unreachable(code: EHOSTUNREACH), "host_unreachable",
            "\(place) cannot be reached: No route to host."
        ),
        (.noSocket, "no_such_socket", "There is no socket \(place)."),
        (.notPermitted, "connection_not_permitted", "This process may not connect to \(place)."),
        (
            .timedOut(.connection), "connection_timed_out",
            "\(place) did not take the connection in time."
        ),
        (
            .timedOut(.handshake), "connection_timed_out",
            "\(place) did not finish the TLS handshake in time."
        ),
        (.ended, "connection_ended", "\(place) ended the connection during the TLS handshake."),
        (
            .tls(.certificate(.expired, of: "db.test")), "tls_certificate_expired",
            "\(place): The certificate of 'db.test' has expired."
        ),
        (
            .tls(.certificate(.notYetValid, of: "db.test")), "tls_certificate_not_yet_valid",
            "\(place): The certificate of 'db.test' is not valid yet."
        ),
        (
            .tls(.certificate(.selfSigned, of: "db.test")), "tls_certificate_untrusted",
            "\(place): The certificate of 'db.test' is signed by itself, and is not among those "
                + "trusted."
        ),
        (
            .tls(.certificate(.unknownIssuer, of: "db.test")), "tls_certificate_untrusted",
            "\(place): The certificate of 'db.test' is not signed by an authority that is trusted."
        ),
        (
            .tls(.certificate(.wrongName(names: ["a", "b"]), of: "db.test")),
            "tls_certificate_wrong_name",
            "\(place): The certificate of 'db.test' is for other names: a, b."
        ),
        (
            .tls(.certificate(.wrongName(names: []), of: "db.test")), "tls_certificate_wrong_name",
            "\(place): The certificate of 'db.test' is for no name."
        ),
        (
            .tls(.certificate(.other(reason: "invalid CA certificate"), of: "db.test")),
            "tls_certificate_invalid",
            "\(place): The certificate of 'db.test' is not accepted: invalid CA certificate."
        ),
        (
            .tls(.handshake(reason: "wrong version number")), "tls_handshake_failed",
            "\(place): The TLS handshake failed: wrong version number."
        ),
        (
            .system(.descriptorsExhausted), "descriptors_exhausted",
            "\(place): No file descriptor is left; raise the limit of open files (ulimit -n)."
        ),
        (.loopEnded, "stopping", "\(place) was not connected to: the server stops."),
    ]

    @Test(arguments: wordings)
    func `a failure names the place and what was in the way`(
        cause: ConnectError.Cause, code: String, text: String
    ) {
        let failure = ConnectError.Failure(Self.endpoint, address: "10.0.0.1", cause)
        let problem = Problem(ConnectError([failure]))
        #expect(problem.message == text)
        #expect(problem.code == code)
        #expect(problem.status == 503)
    }

    @Test func `an address that is the endpoint is not told twice`() {
        let failure = ConnectError.Failure(
            .host("10.0.0.1", port: 1), address: "10.0.0.1", .refused)
        #expect(
            failure.description == "10.0.0.1:1 refused the connection: nothing listens there.")
    }

    @Test(arguments: [
        (ECONNREFUSED, ConnectError.Cause.refused), (ENETUNREACH, .unreachable(code: ENETUNREACH)),
        (ETIMEDOUT, .timedOut(.connection)), (ENOENT, .noSocket), (EACCES, .notPermitted),
        (EADDRNOTAVAIL, .system(.system(call: "connect", code: EADDRNOTAVAIL))),
    ])
    func `what the kernel says has a meaning`(code: Int32, cause: ConnectError.Cause) {
        #expect(ConnectError.Cause(.system(call: "connect", code: code)) == cause)
    }
}
