import Bytes
import Diagnostics
import Foundation
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// One server holds a data directory, whatever is done to the files in it.
@Suite(.sqliteOnly) struct DataLockTests {
    /// What a start on the directory of `project` is refused with; nil when it serves.
    private static func refusal(_ project: TestProject) throws -> String? {
        do {
            try Backend.start(try project.options(), mode: .development).stop()
            return nil
        } catch let problem as Problem {
            return problem.message
        }
    }

    /// Takes the lock as servers did when it was called after the database.
    private static func takeFormerLock(of project: TestProject) throws -> Int32 {
        try FileManager.default.createDirectory(
            atPath: project.data, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try project.make("apus.db.lock", "4711\n")
        let descriptor = unsafe open("\(project.data)/apus.db.lock", O_RDWR | O_CLOEXEC)
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        return descriptor
    }

    /// Closing it alone would leave the lock to a process that is forked at this moment, until it
    /// executes another program.
    private static func giveBack(_ formerLock: Int32) {
        flock(formerLock, LOCK_UN)
        close(formerLock)
    }

    @Test func `who removes apus.db* under a running server lets no second one in`() throws {
        let project = try TestProject()
        let backend = try Backend.start(try project.options(), mode: .development)
        defer { backend.stop() }
        for name in try DataDirectoryTests.names(project.data) where name.hasPrefix("apus.db") {
            try FileManager.default.removeItem(atPath: "\(project.data)/\(name)")
        }
        let refusal = try Self.refusal(project)
        #expect(refusal?.hasPrefix("Another Apus server (process \(getpid())) is using") == true)
    }

    @Test func `a server that took the lock by its former name is noticed`() throws {
        let project = try TestProject()
        let former = try Self.takeFormerLock(of: project)
        #expect(
            try Self.refusal(project)?.hasPrefix("Another Apus server (process 4711) is using")
                == true)
        #expect(try DataDirectoryTests.names(project.data).contains("apus.db.lock"))
        Self.giveBack(former)
        // The refused start has left no lock behind.
        #expect(try Self.refusal(project) == nil)
        #expect(try !DataDirectoryTests.names(project.data).contains("apus.db.lock"))
    }

    @Test func `a former lock that nobody holds is removed at the start`() throws {
        let project = try TestProject()
        Self.giveBack(try Self.takeFormerLock(of: project))
        let backend = try Backend.start(try project.options(), mode: .development)
        defer { backend.stop() }
        let names = try DataDirectoryTests.names(project.data)
        #expect(names.contains("lock") && !names.contains("apus.db.lock"))
        #expect(try Self.refusal(project)?.hasPrefix("Another Apus server") == true)
    }

    @Test func `a start that finds the former lock held gives up the new one`() throws {
        let project = try TestProject()
        // Without secrets it would end before it takes a lock.
        _ = try APIKeys.load(try project.options())
        let former = try Self.takeFormerLock(of: project)
        for _ in 0..<3 { #expect(try Self.refusal(project) != nil) }
        Self.giveBack(former)
        let descriptor = unsafe open("\(project.data)/lock", O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        #expect(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    }

    /// Two processes: who has lost the lock writes no more, from the very next write on, so that
    /// what the other one counts stays true.
    @Test(.timeLimit(.minutes(10)))
    func `a server whose lock was removed leaves the writing to the next`() throws {
        let first = try DevelopedProject()
        let service = try APIKeys.load(first.options).service
        let body = #"{"text":"a"}"#
        let client = try HTTPClient(port: first.port, key: service)
        #expect(try client.send("POST", "/rest/v1/notes", body).status == 201)
        try FileManager.default.removeItem(atPath: "\(first.data)/lock")

        let second = try RunningCommand(
            ["dev", "--project", first.root.path, "--listen", "127.0.0.1:0"])
        let line = second.lines(through: "listening on").last ?? ""
        let port = try #require(Int(line.split(separator: ":").last ?? ""), "\(line)")
        let other = try HTTPClient(port: port, key: service)
        for _ in 0..<3 {
            let refused = try client.send("POST", "/rest/v1/notes", body)
            #expect(refused.status == 503, "\(refused.text)")
            #expect(try refused.json["code"]?.string == "58P01")
            let written = try other.send("POST", "/rest/v1/notes", body)
            #expect(written.status == 201, "\(written.text)")
        }
        let rows = try other.send("GET", "/rest/v1/notes?select=text").text
        #expect(rows == "[" + Array(repeating: body, count: 4).joined(separator: ",") + "]")
    }
}
