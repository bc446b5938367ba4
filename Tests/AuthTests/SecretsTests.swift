import Bytes
import Crypto
import Diagnostics
import Foundation
import HTTP
import Store
import TestSupport
import Testing

@testable import Auth

@Suite struct SecretsTests {
    /// Where a test keeps secrets.
    struct Directory {
        private let directory: TemporaryDirectory
        var path: String { directory.path }
        var file: String { directory.file("secrets.json") }

        init() throws { directory = try TemporaryDirectory() }

        func write(_ text: String, mode: Int = 0o600) throws {
            try directory.write(text, to: "secrets.json")
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        }

        var names: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: path) }
        }
    }

    static let now = Instant(seconds: 1_795_000_000)

    static func file(_ secrets: Secrets) -> String {
        """
        {"jwt_secret": "\(secrets.jwtSecret)", "anon_key": "\(secrets.anonKey)",
         "service_role_key": "\(secrets.serviceRoleKey)"}
        """
    }

    @Test func `the first start makes a file for its owner alone, the next one reads it`() throws {
        let directory = try Directory()
        let first = try Secrets.loadOrCreate(
            path: directory.file, .generate(now: Self.now))
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.file)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        #expect(try directory.names == ["secrets.json"])
        let second = try Secrets.loadOrCreate(
            path: directory.file, .generate(now: Self.now))
        #expect(second.jwtSecret == first.jwtSecret)
        #expect(second.anonKey == first.anonKey)
        #expect(second.serviceRoleKey == first.serviceRoleKey)
        #expect(first.jwtSecret.utf8.count >= 43)
    }

    @Test func `keys are tokens of their role for ten years, without a subject`() throws {
        let secrets = Secrets.generate(now: Self.now)
        for (key, role) in [(secrets.anonKey, "anon"), (secrets.serviceRoleKey, "service_role")] {
            let claims = try claims(of: key)
            #expect(claims["role"]?.string == role)
            #expect(claims["iss"]?.string == "supabase")
            #expect(claims["iat"]?.int64 == Self.now.seconds)
            #expect(claims["exp"]?.int64 == Self.now.seconds + 315_360_000)
            for absent in ["sub", "aud", "session_id"] { #expect(claims[absent] == nil) }
        }
        #expect(Secrets.generate(now: Self.now).jwtSecret != secrets.jwtSecret)
    }

    @Test(arguments: [0o644, 0o640, 0o604, 0o660, 0o606, 0o777])
    func `a file that others can read or write is refused`(mode: Int) throws {
        let directory = try Directory()
        try directory.write(Self.file(.generate(now: Self.now)), mode: mode)
        let problem = #expect(throws: Problem.self) {
            try Secrets.loadOrCreate(path: directory.file)
        }
        #expect(problem?.message.contains(directory.file) == true)
        #expect(problem?.message.contains("mode \(String(mode, radix: 8))") == true)
        #expect(problem?.hint == "Run: chmod 600 \(directory.file)")
    }

    @Test(arguments: [
        ("", "is not JSON"), ("{", "is not JSON"), ("[]", "must hold the texts"),
        ("{}", "must hold the texts"), (#"{"jwt_secret":1}"#, "must hold the texts"),
        (#"{"jwt_secret":"x","anon_key":"x","service_role_key":"x"}"#, "at least 32 bytes"),
        (
            #"{"jwt_secret":"super-secret-jwt-token-with-at-least-32-characters-long","#
                + #""anon_key":"x","service_role_key":"x"}"#,
            "published example"
        ),
        (
            #"{"jwt_secret":"0123456789012345678901234567890123456789","#
                + #""anon_key":"x","service_role_key":"x"}"#,
            "anon_key is not a key"
        ),
        (String(repeating: " ", count: 70_000), "too large"),
    ])
    func `a file without usable secrets stops the start and stays as it is`(
        text: String, reason: String
    ) throws {
        let directory = try Directory()
        try directory.write(text)
        let problem = #expect(throws: Problem.self) {
            try Secrets.loadOrCreate(path: directory.file)
        }
        #expect(problem?.message.contains(reason) == true, "\(problem?.message ?? "")")
        #expect(problem?.message.contains(directory.file) == true)
        #expect(try String(contentsOfFile: directory.file, encoding: .utf8) == text)
    }

    @Test func `exchanged keys are refused`() throws {
        let directory = try Directory()
        let secrets = Secrets.generate(now: Self.now)
        try directory.write(
            """
            {"jwt_secret": "\(secrets.jwtSecret)", "anon_key": "\(secrets.serviceRoleKey)",
             "service_role_key": "\(secrets.anonKey)"}
            """)
        let problem = #expect(throws: Problem.self) {
            try Secrets.loadOrCreate(path: directory.file)
        }
        #expect(problem?.message.contains("role anon") == true)
        #expect(problem?.message.contains(secrets.jwtSecret) == false)
    }

    @Test func `a directory in its place, or no directory at all, is said`() throws {
        let directory = try Directory()
        try FileManager.default.createDirectory(
            atPath: directory.file, withIntermediateDirectories: true)
        #expect(throws: Problem.self) { try Secrets.loadOrCreate(path: directory.file) }
        let problem = #expect(throws: Problem.self) {
            try Secrets.loadOrCreate(path: directory.path + "/missing/secrets.json")
        }
        #expect(problem?.message.contains("No such file or directory") == true)
    }

    @Test func `of many first starts at once all get the same secrets`() async throws {
        let directory = try Directory()
        let path = directory.file
        let secrets = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 {
                group.addTask { try Secrets.loadOrCreate(path: path).jwtSecret }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(secrets.count == 1)
        #expect(try directory.names == ["secrets.json"])
    }

    @Test func `secrets do not print`() {
        let secrets = Secrets.generate(now: Self.now)
        var dumped = ""
        dump(secrets, to: &dumped)
        for text in ["\(secrets)", String(reflecting: secrets), dumped] {
            #expect(!text.contains(secrets.jwtSecret))
            #expect(!text.contains(secrets.serviceRoleKey))
        }
    }
}
