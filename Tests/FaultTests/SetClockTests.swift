import Bytes
import CrashTestSupport
import Foundation
import Glibc
import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// A server whose clock is set by hours, forwards and backwards, by libfaketime. The monotonic
/// clock goes on, as the kernel's does.
///
/// `APUS_CLOCK_JUMPS=60 swift test --filter SetClockTests` is the whole proof.
@Suite(.blocking, .sqliteOnly, .enabled(if: SetClock.isThere), .timeLimit(.minutes(10)))
struct SetClockTests {
    @Test func `writes and feeds go on, in order, however the clock is set`() async throws {
        let run = try FaultRun()
        let clock = try SetClock()
        let summary = await run.run("clock jumps") { disturbance in
            try disturbance.start(under: clock.wrapper, environment: clock.environment)
            for _ in 0..<FaultScale.clockJumps {
                disturbance.pause(100...400)
                let hours = Int.random(in: -30...30, using: &disturbance.generator)
                try clock.set(toHours: hours)
                disturbance.expectWrites()
            }
            clock.forget(disturbance.process)
        }
        expectSound(summary)
        #expect(summary.heard.joins == 3)
    }

    @Test func `tokens follow the clock, and a session outlives its jumps`() throws {
        let stage = try ClockStage()
        let first = try stage.session(
            "POST", "signup", #"{"email":"a@example.org","password":"correct horse"}"#)
        #expect(try stage.userStatus(first) == 200)
        try stage.clock.set(toHours: 2)
        #expect(try stage.userStatus(first) == 403)
        let second = try stage.refresh(first)
        #expect(try stage.userStatus(second) == 200)
        try stage.clock.set(toHours: 0)
        // Issued in the future, which a client mends as it mends an expired one.
        #expect(try stage.userStatus(second) == 403)
        let third = try stage.refresh(second)
        #expect(try stage.userStatus(third) == 200)
        try stage.clock.set(toHours: -5)
        let fourth = try stage.refresh(third)
        #expect(try stage.userStatus(fourth) == 200)
        stage.end()
    }

    @Test func `limits of rate do not care`() throws {
        let stage = try ClockStage()
        let body = #"{"email":"a@example.org","password":"correct horse"}"#
        _ = try stage.session("POST", "signup", body)
        let wrong = #"{"email":"a@example.org","password":"wrong horse"}"#
        func attempt() throws -> HTTPAnswer {
            try stage.client.send("POST", "/auth/v1/token?grant_type=password", wrong)
        }
        var tries = 0
        while try attempt().status != 429, tries < 200 { tries += 1 }
        #expect(tries < 200)
        for hours in [5, -5, 0] {
            try stage.clock.set(toHours: hours)
            // Some may be let in as time goes by, but not as many as if hours had passed.
            let refused = try (0..<5).count { _ in try attempt().status == 429 }
            #expect(refused >= 4, "\(refused) at \(hours) hours")
        }
        stage.end()
    }

    @Test func `ids follow the clock and none is given twice`() throws {
        let stage = try ClockStage()
        var ids: [[String]] = []
        for hours in [0, 2, 0, -3] {
            try stage.clock.set(toHours: hours)
            ids.append(try (0..<20).map { _ in try stage.insert() })
        }
        #expect(Set(ids.joined()).count == 80)
        #expect(ids[0].max() ?? "" < ids[1].min() ?? "")
        #expect(ids[3].max() ?? "" < ids[0].min() ?? "")
        stage.end()
    }
}

/// A clock that is set through a file.
final class SetClock: Sendable {
    private static let library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
    static let isThere = FileManager.default.fileExists(atPath: library)

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try set(toHours: 0)
    }

    /// What starts such a program. The library puts a variable into the environment where it is
    /// missing, which moves it in memory; Swift's runtime looks for a program's words beside the
    /// environment. So another program gets the variable, and hands it on.
    let wrapper = ["env"]

    /// What has a program go by it.
    var environment: [String: String] {
        [
            "LD_PRELOAD": Self.library, "FAKETIME_TIMESTAMP_FILE": directory.file("clock"),
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
        ]
    }

    /// Removes what the library leaves behind of a process.
    func forget(_ process: Int32) {
        for name in ["faketime_shm_", "sem.faketime_sem_"] {
            unsafe unlink("/dev/shm/\(name)\(process)")
        }
    }

    /// Sets it so many hours ahead of the true time.
    func set(toHours hours: Int) throws {
        try Data("\(hours < 0 ? "" : "+")\(hours * 3600)\n".utf8)
            .write(to: directory.url.appending(path: "clock"), options: .atomic)
    }
}

/// A server with such a clock, and a client.
private final class ClockStage {
    let clock: SetClock
    let client: HTTPClient
    private let project: TestProject
    private let node: ServedNode
    private let command: LoggingCommand

    init() throws {
        clock = try SetClock()
        let notes = """
            {"properties": {"text": {"type": "string"}}, "required": ["text"],
             "access": {"all": true}}
            """
        project = try TestProject(models: ["notes": notes])
        node = try ServedNode(project)
        command = try node.start(under: clock.wrapper, environment: clock.environment)
        client = try HTTPClient(port: node.port ?? 0, key: node.anonymousKey)
    }

    func end() {
        _ = node.end(command)
        clock.forget(command.process)
    }

    func session(_ method: String, _ target: String, _ body: String) throws -> JSON {
        let answer = try client.send(method, "/auth/v1/\(target)", body)
        #expect(answer.status == 200, "\(target): \(answer.text)")
        return try answer.json
    }

    func refresh(_ session: JSON) throws -> JSON {
        let token = session["refresh_token"]?.string ?? ""
        return try self.session(
            "POST", "token?grant_type=refresh_token", #"{"refresh_token":"\#(token)"}"#)
    }

    /// How the server answers to an access token.
    func userStatus(_ session: JSON) throws -> Int {
        let token = session["access_token"]?.string ?? ""
        return try client.send(
            "GET", "/auth/v1/user", fields: [("Authorization", "Bearer \(token)")]
        ).status
    }

    func insert() throws -> String {
        let answer = try client.send(
            "POST", "/rest/v1/notes", #"{"text":"a"}"#,
            fields: [("Prefer", "return=representation")])
        return try answer.json.rows.first?["id"]?.string ?? ""
    }
}
