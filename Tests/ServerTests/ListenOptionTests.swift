import Configuration
import Diagnostics
import Foundation
import Server
import ServerTestSupport
import Testing

/// `--listen HOST:PORT`.
@Suite struct ListenOptionTests {
    @Test(arguments: [
        ("127.0.0.1:54321", "127.0.0.1", 54_321), ("localhost:0", "localhost", 0),
        ("0.0.0.0:8080", "0.0.0.0", 8080), ("[::1]:8080", "::1", 8080), ("[::]:1", "::", 1),
        ("[fe80::1%eth0]:65535", "fe80::1%eth0", 65_535),
        ("apus.example.org:80", "apus.example.org", 80),
    ])
    func `an address and a port are taken`(listen: String, host: String, port: Int) throws {
        let options = try ServerOptions(listen: listen)
        let address = try options.loadSettings().settings.listen
        #expect(address == ListenAddress(host: host, port: port))
    }

    @Test(arguments: [":8080", ":0", "8080", "*:8080", "[]:8080"])
    func `who may connect is never guessed`(listen: String) {
        let error = #expect(throws: SettingFault.self) { try ServerOptions(listen: listen) }
        let port = listen.drop { !$0.isNumber }
        #expect(error?.message.hasPrefix("--listen ") == true)
        #expect(error?.message.contains("127.0.0.1:\(port)") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("0.0.0.0:\(port)") == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        "", ":", "localhost", "localhost:", "localhost:http", "localhost:99999", "localhost:-1",
        "localhost:+80", "localhost: 80", "::1:8080", "[::1]", "[::1", "::1]:80", "[::1]8080",
        "http://localhost:80", "localhost:80/", "a b:80",
    ])
    func `what is no address and port is refused`(listen: String) {
        let error = #expect(throws: SettingFault.self) { try ServerOptions(listen: listen) }
        #expect(error?.message.hasPrefix("--listen takes HOST:PORT") == true)
    }

    @Test(arguments: [
        "0:0", "0.0:0", "0x0:0", "000.0.0.0:0", "[0]:0", "[::0]:0", "[0:0:0:0:0:0:0:0]:0",
        "[::ffff:0.0.0.0]:0", "[::ffff:0:0]:0",
    ])
    func `every interface is listened on only where that is written out`(listen: String) throws {
        let project = try TestProject()
        let options = try ServerOptions(
            project: project.root.path, listen: listen, loops: "1", logLevel: "error")
        let problem = #expect(throws: Problem.self) {
            try Backend.start(options, mode: .development).stop()
        }
        #expect(problem?.code == "host_is_every_interface")
        let host = try options.loadSettings().settings.listen.host
        #expect(problem?.message == "'\(host)' means every network interface here.")
        #expect(
            problem?.hint
                == "Write 0.0.0.0 (or ::) for that, or 127.0.0.1 for this machine alone.")
    }

    @Test(arguments: ["0.0.0.0:0", "[::]:0"])
    func `written out it is taken`(listen: String) throws {
        let project = try TestProject()
        let options = try ServerOptions(
            project: project.root.path, listen: listen, loops: "2", logLevel: "error")
        do {
            try Backend.start(options, mode: .development).stop()
        } catch let problem as Problem where problem.message.contains("::") {
            // A machine without IPv6 says so, naming the address.
        }
    }

    @Test func `port 0 is answered with the port that was found`() throws {
        let project = try TestProject()
        let backend = try Backend.start(try project.options(), mode: .development)
        defer { backend.stop() }
        #expect(backend.port > 0)
        #expect(backend.url == "http://127.0.0.1:\(backend.port)")
    }

    @Test func `an IPv6 address stands in brackets where it is printed`() throws {
        let project = try TestProject()
        let options = try ServerOptions(
            project: project.root.path, listen: "[::1]:0", loops: "1", logLevel: "error")
        let backend: Backend
        do {
            backend = try Backend.start(options, mode: .development)
        } catch let problem as Problem where problem.message.contains("::1") {
            // A machine without IPv6 says so, naming the address.
            return
        }
        defer { backend.stop() }
        #expect(backend.url == "http://[::1]:\(backend.port)")
    }
}
