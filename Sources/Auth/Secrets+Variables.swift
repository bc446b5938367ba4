public import Configuration
import Crypto
import Store
public import Diagnostics

extension Secrets {
    /// The secrets that the environment gives, nil where it gives none. A key that it leaves out is
    /// derived from the secret: it has the same text on every node and at every start, in this
    /// version and later ones.
    ///
    /// - Throws: `invalid_secrets` naming the variable at fault.
    public init?(variables given: Settings.Secrets) throws(Problem) {
        guard let secret = given.jwtSecret?.text else {
            for (key, setting) in [
                (given.anonKey, Setting.anonKey), (given.serviceRoleKey, .serviceRoleKey),
            ] where key != nil {
                throw .secrets(
                    "\(setting.variable) is set without \(Setting.jwtSecret.variable), which the "
                        + "key is signed with")
            }
            return nil
        }
        let names = Names(
            jwtSecret: Setting.jwtSecret.variable, anonKey: Setting.anonKey.variable,
            serviceRoleKey: Setting.serviceRoleKey.variable)
        let key = try Self.signingKey(secret, names)
        try self.init(
            jwtSecret: secret, anonKey: given.anonKey?.text ?? Self.derivedKey(.anonymous, key),
            serviceRoleKey: given.serviceRoleKey?.text ?? Self.derivedKey(.service, key),
            called: names)
    }

    /// From 2026 to the end of the century: no clock of a node and no day of its start may show in
    /// the text, and the secret is what such a key is taken back by.
    private static func derivedKey(_ role: Role, _ key: JWTKey) -> String {
        apiKey(role, signedWith: key, from: 1_767_225_600, until: 4_102_444_800)
    }
}
