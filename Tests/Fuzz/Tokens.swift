import Bytes
import Crypto
import Diagnostics
import Store

@testable import Auth

/// Nothing but a right signature makes a token; and what is rightly signed, whatever it says, is
/// refused, or taken for what it says, twice alike.
@Sendable func fuzzToken(_ bytes: [UInt8]) {
    if let claims = try? JWT.verify(bytes[...], keys: keys) {
        require(bytes.elementsEqual(signed(bytes)), "\(text(bytes)) is taken")
        require(claims.root.kind == .object, "claims are \(claims.root.kind)")
    }
    let parts = bytes.split(separator: ASCII.lf, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return }
    let head = Base64URL.encode(Array(parts[0])) + "." + Base64URL.encode(Array(parts[1]))
    judge(signed(Array(head.utf8) + [ASCII.dot]), claims: Array(parts[1]))
}

/// Judges a signed token by itself and from the cache.
private func judge(_ token: [UInt8], claims: [UInt8]) {
    let verifier = TokenVerifier(keys: keys, revocations: Revocations()) {
        _ throws(Problem) in .done(false)
    }
    let verdicts = (0..<2).map { _ in
        Result { () throws(TokenProblem) in
            try verifier.verify(token[...], as: .bearer, now: now, leewaySeconds: 30).json
        }
    }
    require(verdicts[0] == verdicts[1], "\(verdicts)")
    guard case .success(let json) = verdicts[0] else { return }
    let said = try? JSONDocument(parsing: claims).root.canonical
    require(said == Array(json.utf8), "\(text(claims)) is \(json)")
}

/// The token with the signature that belongs to what stands before its last dot.
private func signed(_ token: [UInt8]) -> [UInt8] {
    let end = token.lastIndex(of: ASCII.dot) ?? token.endIndex
    let code = HMACSHA256.code(for: token[..<end], key: secret)
    return token[..<end] + [ASCII.dot] + Array(Base64URL.encode(code).utf8)
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

private let secret = Array("a-secret-of-at-least-thirty-two-bytes".utf8)
private let keys = JWTKeySet([JWTKey(.hmacSHA256(secret: secret))].compactMap(\.self))
private let now = Instant(seconds: 1_800_000_000)
