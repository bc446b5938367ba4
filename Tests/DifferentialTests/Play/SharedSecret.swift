import Bytes
import Crypto
import Foundation

/// A signing secret that several servers have, so that the same tokens speak for the same users on
/// all of them.
enum SharedSecret {
    /// What the command is told.
    static let environment = [
        "APUS_JWT_SECRET": secret, "APUS_ANON_KEY": keys["anon"] ?? "",
        "APUS_SERVICE_ROLE_KEY": keys["service_role"] ?? "",
    ]

    /// The keys by role.
    static let keys = ["anon", "service_role"].reduce(into: [:]) {
        $0[$1] = token("\"role\":\"\($1)\",\"iss\":\"apus\"")
    }

    /// The users' ids, by number.
    static let users = (0...1).map { ColumnKind.uuid(ending: 801 + $0) }

    /// The users' access tokens, which are of no session, by number.
    static let tokens = users.enumerated().map { number, user in
        token(
            """
            "role":"authenticated","sub":"\(user)","email":"user\(number)@example.org",\
            "aal":"aal1"
            """)
    }

    private static let secret = "what is signed with this goes for every server of a test"

    private static func token(_ claims: String) -> String {
        let now = Int(Date.now.timeIntervalSince1970)
        guard let key = JWTKey(.hmacSHA256(secret: Array(secret.utf8))) else { return "" }
        return JWT.sign(Array("{\(claims),\"iat\":\(now),\"exp\":\(now + 86_400)}".utf8), with: key)
    }
}
