import Diagnostics
import TestSupport
import Testing

@testable import Network

@Suite(.timeLimit(.minutes(10)), .enabled(if: OpenSSL.isInstalled, "no openssl program"))
struct TLSClientTests {
    let authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    static let ask: @Sendable (Scribe, StreamSocket) -> Void = { _, socket in
        #expect(socket.isSecure && !socket.isHandshaking)
        socket.send(Array("hello\n".utf8))
    }

    func security(
        _ verification: TLSClientContext.Verification = .chainAndName, name: String? = "localhost",
        certificate: TestAuthority.Issued? = nil, protocols: [String] = []
    ) throws -> Connector.Security {
        let files = certificate.map { (path: $0.certificatePath, keyPath: $0.keyPath) }
        return Connector.Security(
            try TLSClientContext(
                verification: verification, roots: .file(authority.certificatePath),
                certificate: files, protocols: protocols), name: name)
    }

    func certificate(_ presented: Judgement.Presented) throws -> TestAuthority.Issued {
        switch presented {
        case .issued(let names, let commonName, let validSeconds):
            return try authority.issue(
                for: names, commonName: commonName, validSeconds: validSeconds)
        case .issuedBy(let name): return try TestAuthority(name: name).issue()
        case .selfSigned: return TestAuthority.Issued(try TestCertificate())
        }
    }

    @Test(arguments: Judgement.all)
    func `a server is judged by its certificate`(judgement: Judgement) throws {
        let server = try OpenSSLServer(certificate(judgement.presented))
        let security = try security(judgement.verification, name: judgement.name)
        try withClient { client in
            client.connect(
                to: [.host("127.0.0.1", port: server.port)], security: security,
                configure: Self.ask)
            let came = client.came.wait(for: 1)
            guard let verdict = judgement.verdict else {
                #expect(came == [.connected(endpoint: 0, peer: "127.0.0.1")])
                #expect(client.heard.wait(for: 1) == [.received("olleh\n")])
                return
            }
            let error = TLSError.certificate(verdict, of: judgement.name)
            #expect(came == [.failed([.tls(error)])])
            #expect(
                client.errors.all.first?.description == "127.0.0.1:\(server.port): \(error)")
            #expect(client.openCount == 0)
        }
    }

    @Test func `the name of the endpoint is what the certificate must be for`() throws {
        let server = try OpenSSLServer(authority.issue(for: "DNS:a.test"))
        let security = try security(name: nil)
        let names = ["a.test": ["127.0.0.1"], "b.test": ["127.0.0.1"]]
        try withClient(resolver(names)) { client in
            client.connect(to: [.host("b.test", port: server.port)], security: security)
            client.came.wait(for: 1)
            client.connect(
                to: [.host("b.test", port: server.port), .host("a.test", port: server.port)],
                security: security)
            #expect(client.came.wait(for: 2).last == .connected(endpoint: 1, peer: "127.0.0.1"))
            #expect(
                client.errors.all.first?.description
                    == "b.test:\(server.port) (127.0.0.1): The certificate of 'b.test' is for "
                    + "other names: a.test.")
            #expect(client.errors.all.map { Problem($0).code } == ["tls_certificate_wrong_name"])
        }
    }

    @Test(arguments: [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
    func `TLS 1.2 and 1.3 are spoken`(option: String, version: String) throws {
        let server = try OpenSSLServer(authority.issue(), [option])
        let versions = Record<String?>()
        try withClient { client in
            client.connect(
                to: [.host("127.0.0.1", port: server.port)], security: try security()
            ) { scribe, socket in
                versions.append(socket.tlsState?.version)
                Self.ask(scribe, socket)
            }
            #expect(client.heard.wait(for: 1) == [.received("olleh\n")])
            #expect(versions.all == [version])
        }
    }

    @Test func `TLS 1.1 is not spoken`() throws {
        let arguments = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
        let server = try OpenSSLServer(authority.issue(), arguments)
        try withClient { client in
            client.connect(
                to: [.host("127.0.0.1", port: server.port)], security: try security(.none))
            guard case .failed(let causes) = client.came.wait(for: 1).first,
                case .tls(.handshake) = causes.first
            else {
                Issue.record("\(client.came.all)")
                return
            }
        }
    }

    @Test(arguments: [
        (["-alpn", "postgresql"], ["postgresql"], "postgresql"),
        (["-alpn", "http/1.1,h2"], ["h2", "http/1.1"], "http/1.1"),
        ([], ["postgresql"], nil), (["-alpn", "postgresql"], [], nil),
    ])
    func `what is spoken is agreed upon`(
        arguments: [String], offered: [String], selected: String?
    ) throws {
        let server = try OpenSSLServer(authority.issue(), arguments)
        let found = Record<String?>()
        try withClient { client in
            client.connect(
                to: [.host("127.0.0.1", port: server.port)],
                security: try security(protocols: offered)
            ) { _, socket in found.append(socket.tlsState?.selectedProtocol) }
            #expect(found.wait(for: 1) == [selected])
        }
    }

    /// `s_server` presents its second certificate to whoever names it.
    @Test(arguments: [
        ("named.test", "named.test"), ("named.test.", "named.test"), ("10.0.0.9", "other.test"),
        ("::9", "other.test"),
    ])
    func `the server hears the name, unless it is an address`(
        name: String, presented: String
    ) throws {
        let named = try authority.issue(for: "DNS:named.test")
        let server = try OpenSSLServer(
            authority.issue(for: "DNS:other.test"),
            [
                "-servername", "named.test", "-cert2", named.certificatePath, "-key2",
                named.keyPath,
            ])
        try withClient { client in
            client.connect(
                to: [.host("127.0.0.1", port: server.port)], security: try security(name: name))
            let came = client.came.wait(for: 1)
            if presented == "named.test" {
                #expect(came.first?.causes == nil)
            } else {
                let fault = CertificateFault.wrongName(names: [presented])
                #expect(came == [.failed([.tls(.certificate(fault, of: name))])])
            }
        }
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"], [false, true])
    func `a server that asks for a certificate is shown ours`(
        version: String, hasOne: Bool
    ) throws {
        let server = try OpenSSLServer(
            authority.issue(),
            [version, "-Verify", "1", "-verify_return_error", "-CAfile", authority.certificatePath])
        let security = try security(certificate: hasOne ? authority.issue() : nil)
        try withClient { client in
            client.connect(
                to: [.host("127.0.0.1", port: server.port)], security: security,
                configure: Self.ask)
            if hasOne {
                #expect(client.heard.wait(for: 1) == [.received("olleh\n")])
            } else if version == "-tls1_2" {
                guard case .tls(.handshake) = client.came.wait(for: 1).first?.causes?.first else {
                    Issue.record("\(client.came.all)")
                    return
                }
            } else {
                // The server's verdict comes after our side of the handshake.
                guard case .closed(.tls(.handshake)) = client.heard.wait(for: 1).first else {
                    Issue.record("\(client.heard.all)")
                    return
                }
            }
        }
    }

    @Test(arguments: TestAuthority.Signature.allCases)
    func `the certificate's digest is that of its signature, but none older than SHA-256`(
        signature: TestAuthority.Signature
    ) throws {
        let issued = try TestAuthority(signature).issue()
        let server = try OpenSSLServer(issued, ["-cipher", "DEFAULT:@SECLEVEL=0"])
        let found = Record<[UInt8]?>()
        try withClient { client in
            client.connect(
                to: [.host("127.0.0.1", port: server.port)], security: try security(.none)
            ) { _, socket in found.append(socket.tlsState?.serverEndPoint) }
            let digest = found.wait(for: 1).first ?? nil
            let option: String
            switch signature {
            case .sha256, .sha1: option = "-sha256"
            case .sha384: option = "-sha384"
            case .ed25519:
                #expect(digest == nil)
                return
            }
            let printed = try OpenSSL.output(of: [
                "x509", "-in", issued.certificatePath, "-noout", "-fingerprint", option,
            ])
            let hex = printed.split(separator: "=").last ?? ""
            let expected = hex.split(separator: ":").map {
                UInt8($0.prefix { $0.isHexDigit }, radix: 16) ?? 0
            }
            #expect(digest == expected)
        }
    }
}
