/// Fan-out of changes: N subscribers of one table, one writer that inserts through REST and waits
/// until everybody has heard of a row before it writes the next.
///
/// The row's title carries the time it was sent, so a delivery's latency spans insert, commit and
/// fan-out. The server's CPU time is divided by deliveries, the inserts' share included.
struct FanoutDriver {
    var subscribers: Int
    var messages: Int
    private static let warmUp = 10

    func measure(_ server: Server) throws(BenchmarkError) -> Measurement {
        let feed = try Subscribers(count: subscribers, server)
        let writer = try WireClient(server)
        for _ in 0..<FanoutDriver.warmUp { try insert(writer, server, feed) }
        feed.result = Measurement()
        let cpu = server.cpuMicroseconds()
        let start = monotonicNanoseconds()
        for _ in 0..<messages { try insert(writer, server, feed) }
        var result = feed.result
        result.nanoseconds = monotonicNanoseconds() - start
        result.cpuMicroseconds = server.cpuMicroseconds() - cpu
        return result
    }

    private func insert(
        _ writer: WireClient, _ server: Server, _ feed: Subscribers
    ) throws(BenchmarkError) {
        let path = server.dialect == .apus ? "/rest/v1/items" : "/api/collections/items/records"
        let body = "{\"title\":\"t\(monotonicNanoseconds())\",\"body\":\"\(Rows.body)\",\"n\":1}"
        let target = feed.result.count + subscribers
        let answer = try writer.request(
            "POST", path, server, body: Array(body.utf8), fields: "Prefer: return=minimal\r\n")
        guard [200, 201].contains(answer.status) else {
            throw BenchmarkError("insert: \(answer.text)")
        }
        try feed.receive(until: target)
    }
}
