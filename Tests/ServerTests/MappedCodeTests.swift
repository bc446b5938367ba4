import Foundation
import ServerTestSupport
import TestSupport
import Testing

@testable import Server

@Suite(.blocking, .timeLimit(.minutes(10))) struct MappedCodeTests {
    /// Kilobytes of files that a process has mapped and touched: `RssFile` of
    /// proc_pid_status(5).
    private static func mapped(by process: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssFile:") }
        return try #require(line?.split(separator: " ").dropLast().last.flatMap { Int($0) })
    }

    @Test(
        arguments: [
            // A start, a count, and the pages of 4096 bytes that lie in them as a whole.
            (0x1000, 0x3000, 0x1000..<0x4000), (0x1000, 0x3001, 0x1000..<0x4000),
            (0x1001, 0x2FFF, 0x2000..<0x4000), (0x1001, 0x3000, 0x2000..<0x4000),
            (0x1FFF, 0x1001, 0x2000..<0x3000), (0x1001, 0xFFE, 0x2000..<0x2000),
            (0x1000, 0, 0x1000..<0x1000),
        ] as [(UInt, UInt, Range<UInt>)])
    func `only whole pages are given back`(start: UInt, count: UInt, pages: Range<UInt>) {
        #expect(MappedCode.wholePages(from: start, count: count, pageSize: 4096) == pages)
    }

    @Test(
        arguments: [
            (PT_LOAD, PF_R, true), (PT_LOAD, PF_R | PF_X, true), (PT_LOAD, PF_R | PF_W, false),
            (PT_LOAD, PF_R | PF_W | PF_X, false), (PT_DYNAMIC, PF_R, false),
            (PT_GNU_RELRO, PF_R, false),
        ] as [(Int32, Int32, Bool)])
    func `a segment that may be written is left alone`(type: Int32, flags: Int32, isTaken: Bool) {
        var header = Elf64_Phdr()
        header.p_type = UInt32(type)
        header.p_flags = UInt32(flags)
        #expect(MappedCode.isConstant(header) == isTaken)
    }

    @Test(
        arguments: [
            (DT_TEXTREL, 0, true), (DT_FLAGS, DF_TEXTREL, true), (DT_FLAGS, DF_BIND_NOW, false),
            (DT_NEEDED, DF_TEXTREL, false),
        ] as [(Int32, Int32, Bool)])
    func `code into which the loader has written is known`(
        tag: Int32, value: Int32, isPatching: Bool
    ) {
        var entry = Elf64_Dyn()
        entry.d_tag = Int64(tag)
        unsafe entry.d_un.d_val = UInt64(value)
        #expect(MappedCode.isPatching(entry) == isPatching)
    }

    @Test(arguments: ["serve", "dev"])
    func `a server that rests has given back what only its start needed`(
        command: String
    ) async throws {
        let project = try TestProject()
        _ = try MigrationCommands.new(try project.options(), name: "first")
        let words = [command, "--project", project.path, "--listen", "127.0.0.1:0"]
        let server = try RunningCommand(words + (command == "serve" ? ["--migrate"] : []))
        let lines = server.lines(through: "listening on")
        let url = try #require(lines.last?.split(separator: " ").last)
        let started = try Self.mapped(by: server.process)
        #expect(
            try await eventually { try Self.mapped(by: server.process) < started / 2 })
        // What is needed comes back.
        let port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
        #expect(try HTTPClient(port: port).send("GET", "/health").status == 200)
        server.terminate()
        #expect(server.exitCode() == 0)
    }
}
