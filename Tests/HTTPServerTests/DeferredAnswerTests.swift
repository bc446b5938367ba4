import HTTP
import HTTPServer
import TestSupport
import Testing

private func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n" }

/// Answers that another thread brings.
@Suite(.timeLimit(.minutes(10))) struct DeferredAnswerTests {
    @Test func `later requests of the connection wait for it`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/deferred") + get("/a"))
        #expect(await eventually { server.gate.arrivals == 1 })
        server.gate.open()
        #expect(client.readAnswer()?.text == "late")
        #expect(client.readAnswer()?.text == "GET /a")
        #expect(server.log.all == ["replied"])
    }

    @Test func `what is prepared by another thread is answered by the loop`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/prepared") + get("/prepared") + get("/a"))
        #expect(await eventually { server.gate.arrivals == 1 })
        server.gate.open()
        #expect(client.readAnswer()?.text == "prepared")
        #expect(client.readAnswer()?.text == "prepared")
        #expect(client.readAnswer()?.text == "GET /a")
    }

    @Test func `a peer that is gone is not answered, whatever was prepared`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/prepared"))
        #expect(await eventually { server.gate.arrivals == 1 })
        client.reset()
        #expect(await eventually { server.log.all == ["withdrawn"] })
        server.gate.open()
        let other = try server.connect()
        other.send(get("/a"))
        #expect(other.readAnswer()?.text == "GET /a")
        #expect(server.log.all == ["withdrawn", "done"])
    }

    @Test func `a reply may come before the work is handed over`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/refused") + get("/refused") + get("/a"))
        #expect(client.readAnswer()?.status == 503)
        #expect(client.readAnswer()?.status == 503)
        #expect(client.readAnswer()?.text == "GET /a")
    }

    @Test func `a peer that has closed its connection withdraws the work`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/deferred"))
        #expect(await eventually { server.gate.arrivals == 1 })
        client.close()
        #expect(await eventually { server.log.all == ["withdrawn"] })
        #expect(await eventually { server.counters.openConnections == 0 })
        server.gate.open()
    }

    @Test func `a reset withdraws the work, and a late reply goes nowhere`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/deferred") + get("/a"))
        #expect(await eventually { server.gate.arrivals == 1 })
        client.reset()
        #expect(await eventually { server.log.all == ["withdrawn"] })
        server.gate.open()
        #expect(await eventually { server.log.all == ["withdrawn", "replied"] })
        let other = try server.connect()
        other.send(get("/a"))
        #expect(other.readAnswer()?.text == "GET /a")
    }
}
