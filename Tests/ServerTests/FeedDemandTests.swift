import Bytes
import Diagnostics
import Foundation
import Network
import ServerTestSupport
import Store
import TestSupport
import Testing
import Values

@testable import Server

/// Commits and the loops that nobody listens on.
@Suite(.timeLimit(.minutes(10))) struct FeedDemandTests {
    private static let model = """
        {"properties": {"id": {"type": "integer", "identity": true}, "n": {"type": "integer"}},
         "realtime": true, "access": {"all": true}}
        """

    @Test func `a commit wakes no loop that has nothing to hear`() throws {
        let project = try TestProject(models: ["items": Self.model])
        let parts = try BackendParts(try project.options(), mode: .development)
        defer { parts.services.database.close() }
        let registry = LoopRegistry(metrics: parts.metrics, untoldBytesMax: .max)
        let thread = try LoopThread(index: 0, name: "loop")
        defer {
            thread.stop()
            thread.join()
        }
        let (services, schemas) = (parts.services, parts.schemas)
        try thread.perform { loop throws(Problem) in
            let application = try LoopApplication(
                services: services, schemas: schemas, context: loop.context)
            registry.add(application, on: loop.context)
        }
        let change = Change(
            sequence: 1, transaction: 1, committedAt: .now, table: "items", operation: .insert,
            key: [.integer(1)], new: nil, old: nil)
        let before = thread.perform { $0.turnCount }
        for _ in 0..<100 {
            registry.deliver([change])
            registry.wake()
            // One turn, for this question.
            _ = thread.perform { $0.turnCount }
        }
        let turns = thread.perform { $0.turnCount } - before
        #expect(turns <= 101)
    }

    @Test func `the first to listen misses nothing committed after its join was acknowledged`()
        throws
    {
        let server = try TestBackend(models: ["items": Self.model, "others": Self.model])
        let (port, key) = (server.port, server.service)
        let isOver = Flag()
        // Commits go on all the time: joins meet them at every stage.
        Thread.detachNewThread {
            guard let others = try? HTTPClient(port: port, key: key) else { return }
            while !isOver.isRaised {
                guard (try? others.send("POST", "/rest/v1/others", #"{"n": 1}"#))?.status == 201
                else { return }
            }
        }
        defer { _ = isOver.raise() }
        let writer = try server.serviceClient()
        let items: JSON = ["event": "*", "schema": "public", "table": "items"]
        for round in 1...60 {
            let feed = try FeedClient(port: server.port, key: server.anonymous)
            let answer = try feed.push("a", "phx_join", ["config": ["postgres_changes": [items]]])
            #expect(answer["payload"]?["status"] == "ok")
            let posted = try writer.send("POST", "/rest/v1/items", "{\"n\": \(round)}")
            #expect(posted.status == 201)
            #expect(try feed.nextChange()["record"]?["n"] == .integer(Int64(round)))
        }
    }
}
