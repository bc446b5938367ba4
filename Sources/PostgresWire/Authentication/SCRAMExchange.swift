import Bytes
import Crypto

/// One exchange of SCRAM-SHA-256 (RFC 5802, RFC 7677), with or without channel binding (RFC 5929).
///
///     client-first   gs2 "n=,r=" nonce
///     server-first   "r=" both nonces ",s=" salt ",i=" count
///     client-final   "c=" base64(gs2 + binding) ",r=" both nonces ",p=" base64(proof)
///     server-final   "v=" base64(signature)   or   "e=" error
struct SCRAMExchange: Sendable {
    /// What the client says about binding (RFC 5802 §7, gs2-cbind-flag).
    enum Binding: Hashable, Sendable {
        /// We do not bind.
        case none
        /// We would, but the server offers nothing: one that does offer it notices that somebody
        /// in between has hidden it, and refuses.
        case notOffered
        /// To the digest of the server's certificate.
        case serverEndPoint([UInt8])
    }

    static let plainMechanism = "SCRAM-SHA-256"
    static let bindingMechanism = "SCRAM-SHA-256-PLUS"

    /// Random bytes in a nonce, as PostgreSQL's own (SCRAM_RAW_NONCE_LEN).
    static let nonceBytes = 18

    private let binding: Binding
    private let nonce: String
    private var serverFirst: [UInt8] = []
    private var fullNonce: [UInt8] = []
    private var serverSignature: [UInt8]?

    /// An exchange with a nonce of printable characters without a comma.
    init(binding: Binding, nonce: String) {
        self.binding = binding
        self.nonce = nonce
    }

    /// The mechanism's name.
    var mechanism: String {
        switch binding {
        case .none, .notOffered: Self.plainMechanism
        case .serverEndPoint: Self.bindingMechanism
        }
    }

    private var gs2: String {
        switch binding {
        case .none: "n,,"
        case .notOffered: "y,,"
        case .serverEndPoint: "p=tls-server-end-point,,"
        }
    }

    private var bindingInput: [UInt8] {
        switch binding {
        case .none, .notOffered: Array(gs2.utf8)
        case .serverEndPoint(let digest): Array(gs2.utf8) + digest
        }
    }

    private var clientFirstBare: String { "n=,r=\(nonce)" }

    /// The first message. The user's name stays empty: that of the start-up packet counts.
    var clientFirst: [UInt8] { Array((gs2 + clientFirstBare).utf8) }

    /// Reads the server's first message; answers what the keys are derived from.
    mutating func readServerFirst(
        _ message: [UInt8], password: [UInt8], limits: WireLimits
    ) throws(AuthenticationFault) -> SCRAMDerivation {
        let attributes = message.split(separator: ASCII.comma, omittingEmptySubsequences: false)
        guard attributes.count >= 3, let nonce = Self.value("r", attributes[0]),
            let salt = Self.value("s", attributes[1]).flatMap({ Base64.decode(String(utf8: $0)) }),
            let count = Self.value("i", attributes[2]).flatMap({ Int(String(utf8: $0)) })
        else { throw .malformedSCRAM }
        guard nonce.starts(with: self.nonce.utf8), nonce.count > self.nonce.utf8.count else {
            throw .wrongNonce
        }
        guard !salt.isEmpty else { throw .malformedSCRAM }
        guard (limits.scramIterationsMin...limits.scramIterationsMax).contains(count),
            let iterations = Int32(exactly: count)
        else { throw .iterationsOutOfRange(count) }
        serverFirst = message
        fullNonce = Array(nonce)
        return SCRAMDerivation(password: password, salt: salt, iterations: iterations)
    }

    /// The final message, with the proof that we know the password.
    mutating func clientFinal(keys: SCRAMKeys) -> [UInt8] {
        var message = Array("c=\(Base64.encode(bindingInput)),r=".utf8) + fullNonce
        var signed = Array(clientFirstBare.utf8)
        signed.append(ASCII.comma)
        signed += serverFirst
        signed.append(ASCII.comma)
        signed += message
        let clientSignature = HMACSHA256.code(for: signed, key: Digest.sha256(keys.clientKey))
        let proof = zip(keys.clientKey, clientSignature).map { $0 ^ $1 }
        serverSignature = HMACSHA256.code(for: signed, key: keys.serverKey)
        message += Array(",p=\(Base64.encode(proof))".utf8)
        return message
    }

    /// Checks the server's proof that it knows the password.
    func check(serverFinal message: [UInt8]) throws(AuthenticationFault) {
        let attributes = message.split(separator: ASCII.comma, omittingEmptySubsequences: false)
        guard let first = attributes.first else { throw .malformedSCRAM }
        if let error = Self.value("e", first) { throw .refusedBySCRAM(String(utf8: error)) }
        guard let signature = Self.value("v", first).flatMap({ Base64.decode(String(utf8: $0)) }),
            let serverSignature
        else { throw .malformedSCRAM }
        guard ConstantTime.equal(signature, serverSignature) else { throw .wrongServerSignature }
    }

    /// What stands behind `name=`; nil for another attribute.
    private static func value(
        _ name: Unicode.Scalar, _ attribute: ArraySlice<UInt8>
    ) -> ArraySlice<UInt8>? {
        guard attribute.count >= 2, attribute.first == UInt8(truncatingIfNeeded: name.value),
            attribute[attribute.startIndex + 1] == ASCII.equals
        else { return nil }
        return attribute.dropFirst(2)
    }
}
