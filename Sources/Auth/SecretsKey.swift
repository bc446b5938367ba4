import Bytes
public import Configuration
import Crypto
public import Diagnostics

/// What a project's secrets are encrypted with where its database keeps them: AES-256-GCM under a
/// key derived from a text that the operator gives to every node.
///
/// Never printed: its description shows nothing.
public struct SecretsKey: Sendable {
    private let key: [UInt8]

    /// Takes the operator's text. It is stretched by nothing: it has to be a random one.
    ///
    /// - Throws: `invalid_secrets` when it is short.
    public init(_ given: SecretText) throws(Problem) {
        let bytes = Array(given.text.utf8)
        guard bytes.count >= AES256GCM.keyBytes else {
            throw .secrets(
                "\(Setting.secretsKey.variable) must have at least \(AES256GCM.keyBytes) bytes")
        }
        key = HMACSHA256.deriveKey(
            from: bytes, salt: [], label: Array("apus secrets".utf8), count: AES256GCM.keyBytes)
    }

    /// Encrypts secrets for a database to keep.
    ///
    /// - Parameter database: the database's identity. In another one they do not open.
    public func seal(_ secrets: Secrets, for database: String) -> String {
        Base64URL.encode(AES256GCM.seal(secrets.json, key: key, context: Array(database.utf8)))
    }

    /// The secrets that ``seal(_:for:)`` has encrypted.
    ///
    /// - Throws: `invalid_secrets` when key or database are others, or the text was changed.
    public func open(_ text: String, of database: String) throws(Problem) -> Secrets {
        guard let box = Base64URL.decode(text),
            let json = AES256GCM.open(box, key: key, context: Array(database.utf8))
        else {
            let variable = Setting.secretsKey.variable
            throw .secrets(
                "\(variable) does not open those that the database keeps: they were encrypted with "
                    + "another key, or for another database, or have been changed",
                hint: "Set \(variable) to what it was when they were made. Where it is lost, give "
                    + "others with \(Setting.jwtSecret.variable).")
        }
        return try Secrets(json: json, from: "what the database keeps")
    }
}

extension SecretsKey: CustomStringConvertible, CustomReflectable {
    /// Shows nothing.
    public var description: String { "SecretsKey(…)" }

    /// Shows nothing to `dump` and to debuggers either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
