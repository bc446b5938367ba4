import Bytes
import Crypto
import Foundation
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Tokens that are signed by the project and lack what feeds need (realtime.md §7).
@Suite struct FeedTokenTests {
    private static let user = "00000000-0000-4000-8000-00000000000a"
    private static let end = Int(Date.now.timeIntervalSince1970) + 3_600
    private static let required = "Fields `role` and `exp` are required in JWT"

    private static let incomplete = [
        #"{"exp":\#(end)}"#, #"{"exp":\#(end),"role":null}"#, #"{"role":"anon"}"#,
        #"{"role":"service_role"}"#, #"{"exp":\#(end),"sub":"\#(user)"}"#, "{}",
    ]

    private func sign(_ claims: String, _ server: TestBackend) throws -> String {
        let secret = try server.jwtSecret
        let key = try #require(JWTKey(.hmacSHA256(secret: Array(secret.utf8))))
        return JWT.sign(Array(claims.utf8), with: key)
    }

    @Test(.timeLimit(.minutes(10)))
    func
        `a token without role or exp opens no socket, joins no channel and ends the one it is for`()
        throws
    {
        let server = try TestBackend()
        let feed = try server.feed()
        for claims in Self.incomplete {
            let token = try sign(claims, server)
            if !claims.contains("sub") {
                let answer = try HTTPClient(port: server.port)
                    .send("GET", "/realtime/v1/websocket?apikey=\(token)")
                #expect(answer.status == 401)
                #expect(try answer.json["error"] == "Invalid API key")
            }
            let refused = try feed.push("a", "phx_join", ["access_token": .string(token)])
            let reason = refused["payload"]?["response"]?["reason"]
            #expect(reason == .string("InvalidJWTToken: \(Self.required)"), "\(claims)")

            #expect(try feed.push("a", "phx_join", [:])["payload"]?["status"] == "ok")
            try feed.send("a", "access_token", ["access_token": .string(token)])
            let told = try feed.next()
            #expect(told["event"] == "system")
            #expect(told["payload"]?["message"] == .string(Self.required))
            #expect(try feed.next()["event"] == "phx_close")
        }
    }
}
