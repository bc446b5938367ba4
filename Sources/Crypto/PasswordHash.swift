import Bytes

/// A password as it is stored: `$scrypt$ln=15,r=8,p=3$SALT$KEY`, base64 without padding.
///
/// The text carries its own parameters (the PHC string format), so they can be raised at any time
/// and old hashes still verify.
public struct PasswordHash: Hashable, Sendable {
    /// Cost the hash was made with.
    public let parameters: ScryptParameters
    private let salt: [UInt8]
    private let key: [UInt8]

    private static let saltBytes = 16
    private static let keyBytes = 32
    /// Longer salts and keys are not ours; the bounds keep a forged row from costing memory.
    private static let storedBytes = 16...64

    /// Hashes a password with a fresh salt. As slow as
    /// ``Scrypt/derive(password:salt:parameters:count:)``.
    public init(of password: [UInt8], parameters: ScryptParameters) throws(ScryptError) {
        self.parameters = parameters
        salt = RandomBytes.make(Self.saltBytes)
        key = try Scrypt.derive(
            password: password, salt: salt, parameters: parameters, count: Self.keyBytes)
    }

    /// Reads the stored form; nil when it is not one.
    public init?(phc text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt",
            let parameters = Self.parameters(parts[2]),
            let salt = Self.decode(parts[3]), Self.storedBytes.contains(salt.count),
            let key = Self.decode(parts[4]), Self.storedBytes.contains(key.count)
        else { return nil }
        self.parameters = parameters
        self.salt = salt
        self.key = key
    }

    /// The stored form.
    public var phc: String {
        "$scrypt$ln=\(parameters.logN),r=\(parameters.r),p=\(parameters.p)"
            + "$\(Self.encode(salt))$\(Self.encode(key))"
    }

    /// Whether this is the hash of `password`; slow, and compared in constant time.
    public func matches(_ password: [UInt8]) throws(ScryptError) -> Bool {
        let candidate = try Scrypt.derive(
            password: password, salt: salt, parameters: parameters, count: key.count)
        return ConstantTime.equal(candidate, key)
    }

    private static func parameters(_ text: Substring) -> ScryptParameters? {
        let pairs = text.split(separator: ",", omittingEmptySubsequences: false)
        guard pairs.count == 3, let logN = number(pairs[0], "ln="), let r = number(pairs[1], "r="),
            let p = number(pairs[2], "p=")
        else { return nil }
        return ScryptParameters(logN: logN, r: r, p: p)
    }

    private static func number(_ text: Substring, _ name: String) -> Int? {
        guard text.hasPrefix(name) else { return nil }
        let digits = text.dropFirst(name.count)
        guard (1...4).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return Int(digits)
    }

    private static func encode(_ bytes: [UInt8]) -> String {
        String(Base64.encode(bytes).prefix { $0 != "=" })
    }

    private static func decode(_ text: Substring) -> [UInt8]? {
        guard !text.utf8.contains(UInt8(ascii: "=")) else { return nil }
        return Base64.decode(text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
    }
}
