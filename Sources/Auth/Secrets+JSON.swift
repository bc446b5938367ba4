import Bytes
import Diagnostics

// {"jwt_secret":"…","anon_key":"…","service_role_key":"…"}: how secrets are kept, in a file or
// encrypted.

extension Secrets {
    var json: [UInt8] {
        let object: JSON = [
            "jwt_secret": .string(jwtSecret), "anon_key": .string(anonKey),
            "service_role_key": .string(serviceRoleKey),
        ]
        return object.bytes
    }

    /// Reads what was kept.
    ///
    /// - Parameter place: where, for what is said of it.
    init(json bytes: [UInt8], from place: String) throws(Problem) {
        let root: JSONValue
        do {
            root = try JSONDocument(parsing: bytes, depthMax: 4).root
        } catch {
            throw .secrets("\(place) is not JSON: \(error.message) at byte \(error.offset)")
        }
        guard let secret = root["jwt_secret"]?.string, let anon = root["anon_key"]?.string,
            let service = root["service_role_key"]?.string
        else {
            throw .secrets(
                "\(place) must hold the texts jwt_secret, anon_key and service_role_key")
        }
        do {
            try self.init(jwtSecret: secret, anonKey: anon, serviceRoleKey: service)
        } catch {
            throw Problem(
                code: error.code, status: error.status, message: "\(place): \(error.message)")
        }
    }
}
