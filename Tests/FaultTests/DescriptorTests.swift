import Bytes
import CrashTestSupport
import Foundation
import Glibc
import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// A server that may open few files.
@Suite(.blocking, .sqliteOnly, .serialized, .timeLimit(.minutes(10))) struct DescriptorTests {
    @Test(arguments: [64, 128, 256])
    func `who is there is served, who comes is turned away, and then all is as before`(
        limit: Int
    ) throws {
        let project = try TestProject(models: ServedNode.models)
        let node = try ServedNode(project)
        // All of them come from one address.
        let command = try node.start(
            under: ["prlimit", "--nofile=\(limit):\(limit)"],
            environment: ["APUS_LIMITS_CONNECTIONS_PER_ADDRESS": "10000"])
        let port = try #require(node.port)
        let process = ServedProcess(number: command.process)
        let bystander = try HTTPClient(port: port, key: node.key)
        _ = try insert(bystander, 400)
        let feed = try FeedClient(port: port, key: node.key)
        try feed.join(
            "rows", bindings: [["event": "*", "schema": "public", "table": "entries"]],
            token: node.key)
        let before = process.descriptors

        var crowd = Crowd(port: port, key: node.key)
        for round in 0..<(limit + 60) {
            crowd.grow(round)
            guard round % 8 == 0 else { continue }
            #expect(try bystander.send("GET", "/rest/v1/entries?limit=5").status == 200)
            let token = try insert(bystander, 1)
            #expect(try feed.nextChange()["record"]?["token"]?.string == token)
        }
        print("descriptors: \(limit): \(crowd.summary), \(process.descriptors) open of \(limit)")
        #expect(crowd.served > 0 && crowd.turnedAway > 0)
        #expect(crowd.slowest < .seconds(5))
        crowd.leave()

        #expect(waitUntil { process.descriptors <= before + 8 }, "\(process.descriptors) open")
        let newcomer = try HTTPClient(port: port, key: node.key)
        _ = try insert(newcomer, 1)
        let told = command.logged.filter { $0.contains("descriptors") }
        #expect(told.count == 1, "\(command.logged.joined(separator: "\n"))")
        // In order it would wait for the feed.
        _ = node.kill(command)
    }

    @Test func `one address does not take the descriptors from the others`() throws {
        let project = try TestProject(models: ServedNode.models)
        let node = try ServedNode(project)
        let command = try node.start(under: ["prlimit", "--nofile=128:128"])
        let port = try #require(node.port)
        let idle = (0..<200).compactMap { _ in try? LoopbackSocket(port: port) }
        let other = try LoopbackSocket(
            port: port,
            beforeConnecting: { descriptor in
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_addr.s_addr = unsafe inet_addr("127.0.0.9")
                unsafe withUnsafePointer(to: &address) { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        _ = unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
            })
        other.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(other.readAnswer()?.status == 200)
        withExtendedLifetime(idle) {}
        _ = node.kill(command)
    }

    /// Most systems give a program 1,024 of the many that it may take.
    @Test func `a server takes as many descriptors as it may`() throws {
        let project = try TestProject(models: ServedNode.models)
        let node = try ServedNode(project)
        let command = try node.start(under: ["prlimit", "--nofile=256:4096"])
        let limits = try String(contentsOfFile: "/proc/\(command.process)/limits", encoding: .utf8)
        let line = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        #expect(line?.split(separator: " ").dropFirst(3).first == "4096")
        _ = node.end(command)
        withExtendedLifetime(project) {}
    }

    private func insert(_ client: HTTPClient, _ count: Int) throws -> String {
        let tokens = (0..<count).map { _ in "t\(UInt64.random(in: 0 ... .max))" }
        let rows = tokens.map { #"{"token":"\#($0)","version":1}"# }
        let answer = try client.send("POST", "/rest/v1/entries", "[\(rows.joined(separator: ","))]")
        #expect(answer.status == 201, "\(answer.text)")
        return tokens[0]
    }
}

/// Connections that come and stay: with requests, with feeds, and with an answer that nobody reads.
private struct Crowd {
    let port: Int
    let key: String
    private var sockets: [LoopbackSocket] = []
    private(set) var served = 0
    private(set) var turnedAway = 0
    /// The longest that one of them had to wait to know.
    private(set) var slowest = Duration.zero
    private var statuses: [Int: Int] = [:]

    init(port: Int, key: String) {
        self.port = port
        self.key = key
    }

    var summary: String {
        "\(served) served, \(turnedAway) turned away, statuses "
            + statuses.sorted { $0.key < $1.key }.map { "\($0.key) × \($0.value)" }
            .joined(separator: ", ") + ", told within \(slowest / .milliseconds(1)) ms"
    }

    mutating func grow(_ number: Int) {
        let start = ContinuousClock.now
        guard let socket = try? LoopbackSocket(port: port, receiveBufferBytes: 4_096) else {
            turnedAway += 1
            return
        }
        let target =
            number % 4 == 3
            ? "/rest/v1/entries?select=*,a:token,b:token,c:token" : "/rest/v1/tallies?limit=1"
        if number % 4 == 1 {
            socket.send(webSocketRequest("/realtime/v1/websocket?apikey=\(key)&vsn=1.0.0"))
        } else {
            socket.send("GET \(target) HTTP/1.1\r\nHost: a\r\napikey: \(key)\r\n\r\n")
        }
        // The answer that is not read begins all the same.
        let status =
            number % 4 == 3
            ? socket.readText(count: 12).split(separator: " ").last.flatMap { Int($0) }
            : socket.readAnswer()?.status
        slowest = max(slowest, .now - start)
        if let status { statuses[status, default: 0] += 1 }
        switch status {
        case 200, 101:
            served += 1
            sockets.append(socket)
        default: turnedAway += 1
        }
    }

    mutating func leave() { sockets = [] }
}
