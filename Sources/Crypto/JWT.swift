public import Bytes

/// Why a token's signature was not accepted.
public enum JWTError: Error, Hashable {
    /// Over ``CryptoLimits/tokenBytesMax``.
    case tooLong
    /// Not three parts; how many it has.
    case partCount(Int)
    /// A part is not unpadded base64url, or not a JSON object.
    case malformed
    /// The header has `crit`: an extension that must be understood, and none is (RFC 7515 §4.1.11).
    case criticalExtension
    /// No key has the token's `kid`.
    case unknownKey
    /// The header's algorithm is not the key's. `none` always ends here.
    case algorithm
    /// The signature is not the key's.
    case signature
}

/// Signed tokens in compact form (RFC 7515, RFC 7519). Claims are judged elsewhere.
public enum JWT {
    /// Signs claims, given as the bytes of a JSON object.
    public static func sign(_ claims: [UInt8], with key: JWTKey) -> String {
        var header = Array(#"{"alg":""#.utf8)
        header.append(contentsOf: key.algorithm.utf8)
        header.append(contentsOf: #"","typ":"JWT""#.utf8)
        if let id = key.id {
            header.append(contentsOf: #","kid":"#.utf8)
            header.append(jsonString: id)
        }
        header.append(UInt8(ascii: "}"))
        let signed = Base64URL.encode(header) + "." + Base64URL.encode(claims)
        let signature = key.signature(over: Array(signed.utf8)[...])
        return signed + "." + Base64URL.encode(signature)
    }

    /// Checks structure and signature and returns the claims, parsed. Nothing of the token is
    /// believed before its signature has been checked, except which key to use.
    public static func verify(
        _ token: ArraySlice<UInt8>, keys: JWTKeySet
    ) throws(JWTError) -> JSONDocument {
        guard token.count <= CryptoLimits.tokenBytesMax else { throw .tooLong }
        let dots = token.indices.filter { token[$0] == UInt8(ascii: ".") }
        guard dots.count == 2 else { throw .partCount(dots.count + 1) }
        let header = try object(token[token.startIndex..<dots[0]])
        let key = try key(for: header.root, keys)
        guard let signature = Base64URL.decode(token[(dots[1] + 1)...]) else { throw .malformed }
        guard key.accepts(signature, over: token[token.startIndex..<dots[1]]) else {
            throw .signature
        }
        return try object(token[(dots[0] + 1)..<dots[1]])
    }

    /// `jku`, `jwk` and `x5u` are not looked at: a token does not bring its own key.
    private static func key(
        for header: JSONValue, _ keys: JWTKeySet
    ) throws(JWTError) -> JWTKey {
        guard header["crit"] == nil else { throw .criticalExtension }
        let id = header["kid"]
        if let id, id.string == nil { throw .malformed }
        guard let key = keys.key(id: id?.string) else { throw .unknownKey }
        guard header["alg"]?.string == key.algorithm else { throw .algorithm }
        return key
    }

    private static func object(_ part: ArraySlice<UInt8>) throws(JWTError) -> JSONDocument {
        guard let bytes = Base64URL.decode(part), StreamSafeText.holds(json: bytes.span) else {
            throw .malformed
        }
        do {
            let document = try JSONDocument(parsing: bytes, depthMax: CryptoLimits.tokenDepthMax)
            guard document.root.kind == .object else { throw JWTError.malformed }
            return document
        } catch {
            throw .malformed
        }
    }
}
