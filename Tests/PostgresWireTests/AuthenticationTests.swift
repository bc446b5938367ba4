import Bytes
import Testing

@testable import PostgresWire

struct SCRAMCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let transport: Transport
    let mechanisms: [String]
    let mechanism: String
    let gs2: String
    let proof: String
    let signature: String
}

/// Exchanges for the inputs of RFC 7677 §3 with an empty user name, as PostgreSQL has it; proofs
/// and signatures were computed by another implementation.
@Suite struct AuthenticationTests {
    static let nonce = "rOprNGfwEbeRWgbNEkqO"
    static let serverNonce = nonce + "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    static let serverFirst = "r=\(serverNonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

    static let cases = [
        SCRAMCase(
            testDescription: "no TLS", transport: .plain, mechanisms: ["SCRAM-SHA-256"],
            mechanism: "SCRAM-SHA-256", gs2: "n,,",
            proof: "c=biws,r=\(serverNonce),p=qvT2SWdEH5Q06albL+hjSYuUhCG7VndFyzIb7CK4n9k=",
            signature: "v=3HO6Qt1M4MKJrmlKaoOqLAI0/0TV0HZe7J9H3MBtSOg="),
        SCRAMCase(
            testDescription: "TLS, the server does not bind",
            transport: .tls(certificateDigest: Array(0..<32)), mechanisms: ["SCRAM-SHA-256"],
            mechanism: "SCRAM-SHA-256", gs2: "y,,",
            proof: "c=eSws,r=\(serverNonce),p=VpuC5DGQa5ro9tXE9MnKs69NH1nxnuregZZcclqIGfM=",
            signature: "v=FOmOj9BpTGwvnzwBtWQjBaPmVxT9I8IeHBOhcIPu3us="),
        SCRAMCase(
            testDescription: "TLS, bound", transport: .tls(certificateDigest: Array(0..<32)),
            mechanisms: ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"],
            mechanism: "SCRAM-SHA-256-PLUS", gs2: "p=tls-server-end-point,,",
            proof: "c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,"
                + "r=\(serverNonce),p=Q8h71kjaoMzNI7dPksDrhRE/5mTUObF0fUHVIgBOWQg=",
            signature: "v=ykwoqH8mLqO5AQCeuwwf6lsj9f8zyJZT/CcvAbN4Ssc="),
        SCRAMCase(
            testDescription: "TLS, a certificate that cannot be bound to",
            transport: .tls(certificateDigest: nil),
            mechanisms: ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"],
            mechanism: "SCRAM-SHA-256", gs2: "n,,",
            proof: "c=biws,r=\(serverNonce),p=qvT2SWdEH5Q06albL+hjSYuUhCG7VndFyzIb7CK4n9k=",
            signature: "v=3HO6Qt1M4MKJrmlKaoOqLAI0/0TV0HZe7J9H3MBtSOg="),
    ]

    static func session(
        _ transport: Transport = .unixSocket, password: String? = "pencil",
        _ change: (inout SessionConfiguration) -> Void = { _ in }
    ) -> HeldSession {
        var configuration = SessionConfiguration(
            user: "md5", password: password, transport: transport)
        configuration.makeNonce = { nonce }
        change(&configuration)
        let session = HeldSession(configuration)
        _ = session.said()
        return session
    }

    static func request(_ code: Int32, _ body: [UInt8] = []) -> [UInt8] {
        Backend.message("R", Backend.number(code) + body)
    }

    static func mechanisms(_ names: [String]) -> [UInt8] {
        request(10, names.flatMap { Array($0.utf8) + [0] } + [0])
    }

    /// Takes the server's first message and derives the keys.
    static func answerServerFirst(_ session: HeldSession, _ text: String) -> [String] {
        let bytes = request(11, Array(text.utf8))
        session.session.receive(bytes.span)
        var told: [String] = []
        while let event = session.session.next() {
            told.append(session.session.describe(event))
            if case .deriveKeys(let derivation) = event { session.provide(derivation.keys()) }
        }
        return told
    }

    @Test(arguments: cases)
    func `an exchange goes byte for byte`(example: SCRAMCase) {
        let session = Self.session(example.transport)
        #expect(session.hear(Self.mechanisms(example.mechanisms)) == [])
        let first = "\(example.gs2)n=,r=\(Self.nonce)"
        #expect(
            session.said()
                == Backend.message(
                    "p",
                    Backend.strings(example.mechanism) + Backend.number(Int32(first.utf8.count))
                        + Array(first.utf8)))
        #expect(Self.answerServerFirst(session, Self.serverFirst) == ["derive"])
        #expect(session.said() == Backend.message("p", Array(example.proof.utf8)))
        #expect(session.hear(Self.request(12, Array(example.signature.utf8))) == [])
        #expect(
            session.hear(Backend.start) == ["setting server_encoding", "setting TimeZone", "ready"])
        #expect(session.isReady && session.cancelKey?.processID == 7)
    }

    // MARK: A server that is none

    static let wrongFirsts: [(String, AuthenticationFault)] = [
        ("", .malformedSCRAM), ("r=\(serverNonce)", .malformedSCRAM),
        ("s=W22Z,r=\(serverNonce),i=4096", .malformedSCRAM),
        ("r=\(serverNonce),s=*,i=4096", .malformedSCRAM),
        ("r=\(serverNonce),s=,i=4096", .malformedSCRAM),
        ("r=\(serverNonce),s=W22Z,i=", .malformedSCRAM),
        ("r=\(serverNonce),s=W22Z,i=4e3", .malformedSCRAM),
        ("m=ext,r=\(serverNonce),s=W22Z,i=4096", .malformedSCRAM),
        ("r=,s=W22Z,i=4096", .wrongNonce), ("r=\(nonce),s=W22Z,i=4096", .wrongNonce),
        ("r=x\(serverNonce),s=W22Z,i=4096", .wrongNonce),
        ("r=\(serverNonce),s=W22Z,i=0", .iterationsOutOfRange(0)),
        ("r=\(serverNonce),s=W22Z,i=-1", .iterationsOutOfRange(-1)),
        ("r=\(serverNonce),s=W22Z,i=1000001", .iterationsOutOfRange(1_000_001)),
        ("r=\(serverNonce),s=W22Z,i=99999999999", .iterationsOutOfRange(99_999_999_999)),
    ]

    @Test(arguments: wrongFirsts)
    func `a first message that is wrong costs nothing`(text: String, fault: AuthenticationFault) {
        let session = Self.session()
        _ = session.hear(Self.mechanisms(["SCRAM-SHA-256"]))
        #expect(
            Self.answerServerFirst(session, text)
                == ["ended fault authentication(PostgresWire.AuthenticationFault.\(fault))"])
    }

    static let wrongFinals: [([UInt8], String)] = [
        (
            request(12, Array("v=3HO6Qt1M4MKJrmlKaoOqLAI0/0TV0HZe7J9H3MBtSOk=".utf8)),
            "wrongServerSignature"
        ),
        (request(12, Array("v=AAAA".utf8)), "wrongServerSignature"),
        (request(12, Array("v=".utf8)), "wrongServerSignature"),
        (request(12, Array("v=*".utf8)), "malformedSCRAM"),
        (request(12, []), "malformedSCRAM"),
        (request(12, Array("e=invalid-proof".utf8)), "refusedBySCRAM(\"invalid-proof\")"),
        (request(0), "serverSignatureIsMissing"), (request(11), "outOfTurn"),
        (request(5, [1, 2, 3, 4]), "outOfTurn"), (request(3), "outOfTurn"),
        (mechanisms(["SCRAM-SHA-256"]), "outOfTurn"),
    ]

    @Test(arguments: wrongFinals)
    func `a server that does not prove that it knows the password is none`(
        bytes: [UInt8], fault: String
    ) {
        let session = Self.session()
        _ = session.hear(Self.mechanisms(["SCRAM-SHA-256"]))
        _ = Self.answerServerFirst(session, Self.serverFirst)
        #expect(
            session.hear(bytes)
                == ["ended fault authentication(PostgresWire.AuthenticationFault.\(fault))"])
    }

    @Test func `a server that lets in in the middle of an exchange is none`() {
        let session = Self.session()
        _ = session.hear(Self.mechanisms(["SCRAM-SHA-256"]))
        let told = session.hear(Backend.start)
        #expect(told.count == 1 && told[0].contains("serverSignatureIsMissing"))
    }

    @Test func `keys that nobody asked for have no effect`() {
        let session = Self.session()
        let derivation = SCRAMDerivation(password: [1], salt: [2], iterations: 1)
        session.provide(derivation.keys())
        #expect(!session.hasOutput)
        #expect(derivation == SCRAMDerivation(password: [1], salt: [2], iterations: 1))
    }

    // MARK: Older methods

    @Test func `MD5 and clear text are answered`() {
        let session = Self.session()
        #expect(session.hear(Self.request(5, [1, 2, 3, 4])) == [])
        #expect(
            session.said()
                == Backend.message("p", Backend.strings("md59a139b276f0bc026ba0fe102f1da3705")))
        let clear = Self.session(.tls(certificateDigest: nil))
        #expect(clear.hear(Self.request(3)) == [])
        #expect(clear.said() == Backend.message("p", Backend.strings("pencil")))
        #expect(clear.hear(Backend.start).last == "ready")
    }

    static let policies: [(String, Transport, ChannelBinding, [UInt8], String?)] = unbound + bound

    static let unbound: [(String, Transport, ChannelBinding, [UInt8], String?)] = [
        ("", .plain, .prefer, request(3), "cleartextOverPlainConnection"),
        ("password", .plain, .prefer, request(3), nil),
        ("!md5", .plain, .prefer, request(3), "cleartextOverPlainConnection"),
        ("", .unixSocket, .prefer, request(3), nil),
        (
            "scram-sha-256", .unixSocket, .prefer, request(3),
            "methodNotAllowed(PostgresWire.AuthenticationMethod.password)"
        ),
        (
            "scram-sha-256", .unixSocket, .prefer, request(0),
            "methodNotAllowed(PostgresWire.AuthenticationMethod.none)"
        ),
        ("none", .unixSocket, .prefer, request(0), nil),
        (
            "!none", .unixSocket, .prefer, request(0),
            "methodNotAllowed(PostgresWire.AuthenticationMethod.none)"
        ),
        (
            "md5", .unixSocket, .prefer, mechanisms(["SCRAM-SHA-256"]),
            "methodNotAllowed(PostgresWire.AuthenticationMethod.scramSHA256)"
        ),
    ]

    static let bound: [(String, Transport, ChannelBinding, [UInt8], String?)] = [
        ("", .unixSocket, .require, request(0), "channelBindingIsMissing"),
        ("", .unixSocket, .require, request(5, [1, 2, 3, 4]), "channelBindingIsMissing"),
        ("", .unixSocket, .require, mechanisms(["SCRAM-SHA-256-PLUS"]), "channelBindingIsMissing"),
        (
            "", .tls(certificateDigest: [1]), .require, mechanisms(["SCRAM-SHA-256"]),
            "channelBindingIsMissing"
        ),
        ("", .tls(certificateDigest: [1]), .require, mechanisms(["SCRAM-SHA-256-PLUS"]), nil),
        ("", .plain, .prefer, mechanisms(["X"]), #"noCommonMechanism(["X"])"#),
        (
            "", .plain, .prefer, request(7),
            "methodNotOffered(PostgresWire.AuthenticationMethod.gss)"
        ),
        (
            "", .plain, .prefer, request(2),
            "methodNotOffered(PostgresWire.AuthenticationMethod.kerberos)"
        ),
        (
            "", .plain, .prefer, request(9),
            "methodNotOffered(PostgresWire.AuthenticationMethod.sspi)"
        ),
        ("", .plain, .prefer, request(13), "unknownMethod(code: 13)"),
        ("", .plain, .prefer, request(12), "outOfTurn"),
    ]

    @Test(arguments: policies.indices)
    func `a server may ask only for what is allowed`(index: Int) {
        let (list, transport, binding, bytes, fault) = Self.policies[index]
        let session = Self.session(transport) { configuration in
            configuration.policy = AuthenticationPolicy(requireAuth: list) ?? .standard
            configuration.channelBinding = binding
        }
        let told = session.hear(bytes)
        #expect(
            told
                == (fault.map {
                    ["ended fault authentication(PostgresWire.AuthenticationFault.\($0))"]
                } ?? []))
    }

    @Test(arguments: ["x", "md5,", "md5,md5", "!md5,none", "md5,!none", "krb5", "!"])
    func `a list of methods that makes no sense is refused`(list: String) {
        #expect(AuthenticationPolicy(requireAuth: list) == nil)
    }

    @Test func `a password that is asked for and not given is missed`() {
        for bytes in [
            Self.request(3), Self.request(5, [1, 2, 3, 4]), Self.mechanisms(["SCRAM-SHA-256"]),
        ] {
            let session = Self.session(password: nil)
            let told = session.hear(bytes)
            #expect(told.count == 1 && told[0].contains("passwordIsMissing"))
        }
    }

    // MARK: SASLprep

    @Test(arguments: [
        ("pencil", "pencil"), ("", ""), ("a\u{7}b", "a\u{7}b"), ("Straße 1", "Straße 1"),
        ("Ünïcödé", "Ünïcödé"), ("İstanbul ΣΟΦΟΣ σοφός", "İstanbul ΣΟΦΟΣ σοφός"), ("日本語", "日本語"),
        ("пароль", "пароль"),
        // RFC 4013 §3: a soft hyphen vanishes; other blanks become one.
        ("I\u{AD}X", "IX"), ("a\u{A0}b\u{3000}c", "a b c"),
        // Prohibited, unassigned in Unicode 3.2, or nothing left: as it is.
        ("é\u{7}\u{AD}", "é\u{7}\u{AD}"), ("👩\u{200D}💻", "👩\u{200D}💻"), ("\u{AD}", "\u{AD}"),
        ("\u{E000}\u{A0}", "\u{E000}\u{A0}"),
    ])
    func `a password is prepared as the server prepares it`(password: String, prepared: String)
        throws
    {
        #expect(try SASLprep.prepare(password) == Array(prepared.utf8))
    }

    @Test(
        arguments: [
            ("ª", "ª"), ("pass\u{2168}", "\u{2168}"), ("ﬁ", "ﬁ"), ("Ａ", "Ａ"),
            ("e\u{301}", "\u{301}"),
            ("½", "½"), ("…", "…"), ("한\u{1112}", "\u{1112}"), ("µ", "µ"),
        ] as [(String, Unicode.Scalar)])
    func `a password that has another normal form is refused by name`(
        password: String, scalar: Unicode.Scalar
    ) {
        #expect(throws: AuthenticationFault.passwordIsNotNormalized(scalar)) {
            try SASLprep.prepare(password)
        }
    }
}
