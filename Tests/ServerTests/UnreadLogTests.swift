import Bytes
import Foundation
import ServerTestSupport
import TestSupport
import Testing

/// A server whose log nobody reads, as when the program at the other end of a pipe has stopped.
@Suite(.timeLimit(.minutes(10))) struct UnreadLogTests {
    @Test func `who does not read the log holds up nobody, and is told what he missed`() throws {
        let project = try DevelopedProject(["--log-format", "json", "--log-level", "debug"])
        let client = try HTTPClient(port: project.port)
        // Together more than a pipe and the queue take.
        let path = "/" + String(repeating: "a", count: 8000)
        let count = 200
        for number in 0..<count {
            let answer = try? client.send("GET", path)
            try #require(answer?.status == 404, "answer \(number)")
        }
        var told = 0
        var dropped: Int64 = 0
        while told + Int(dropped) < count, let line = project.command.nextLine() {
            let fields = try JSONDocument(parsing: Array(line.utf8)).root
            if fields["path"]?.string == path { told += 1 }
            if fields["event"]?.string == "lines_dropped" { dropped += fields["count"]?.int64 ?? 0 }
        }
        #expect(told + Int(dropped) == count && told > 0 && dropped > 0, "\(told), \(dropped)")
        // It goes on.
        _ = try client.send("GET", "/elsewhere")
        #expect(project.command.lines(through: "/elsewhere").last?.contains("404") == true)
    }
}
