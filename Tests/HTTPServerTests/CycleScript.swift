import Bytes
import HTTP
import Testing

@testable import HTTPServer

/// A cycle with short deadlines and what it said, in words.
struct CycleScript {
    var cycle: RequestCycle
    var now: UInt64 = 1_000
    let policy: BodyPolicy
    /// The request whose body is coming.
    var admitted: RequestHead?

    init(bodyBytesMax: Int = 100) {
        policy = BodyPolicy(bytesMax: bodyBytesMax, mediaTypes: ["text/plain"])
        var deadlines = HTTPDeadlines()
        deadlines.head = .milliseconds(100)
        deadlines.body = .milliseconds(200)
        deadlines.bodyBytesPerSecondMin = 1_000
        deadlines.idle = .milliseconds(500)
        deadlines.drain = .milliseconds(50)
        cycle = RequestCycle(limits: HTTPLimits(), deadlines: DeadlineTable(deadlines), now: now)
    }

    mutating func receive(_ text: String) {
        cycle.received(Array(text.utf8).span, now: now)
    }

    /// The next action; a request is answered at once if `answers`.
    mutating func next(answers: Bool = true) -> String {
        switch cycle.next(now: now) {
        case .wait: return "wait"
        case .goOn: return "go on"
        case .sendContinue: return "continue"
        case .close:
            isStreaming = false
            return "close"
        case .refuse(let fault):
            isStreaming = false
            return "refuse \(fault.status)"
        case .admit(let head): return admit(head)
        case .deliver(let body):
            let text = "\(words(admitted)) \(String(decoding: body, as: UTF8.self))"
            admitted = nil
            return answers ? text + answer() : text
        case .supply(let part):
            if part == nil { isStreaming = false }
            return "supply \(part.map { String(decoding: $0, as: UTF8.self) } ?? "the end")"
        case .respond(let head): return "\(words(head)) " + (answers ? answer() : "")
        }
    }

    /// Turns away what goes to /no, and streams what goes to /s.
    private mutating func admit(_ head: RequestHead) -> String {
        do throws(HTTPFault) {
            if head.rawPath.elementsEqual("/no".utf8) { throw HTTPFault(status: 401, message: "") }
            let isStreamed = head.rawPath.elementsEqual("/s".utf8)
            try cycle.admitted(head, policy, isStreamed ? .streamed : .held, now: now)
            admitted = head
            isStreaming = isStreamed
            return "admit \(String(decoding: head.rawPath, as: UTF8.self))"
        } catch {
            let form = cycle.refused(head, with: error.response, now: now)
            return "turn away \(error.status)" + (form.keepsAlive ? "" : " last")
        }
    }

    private func words(_ head: RequestHead?) -> String {
        guard let head else { return "nothing" }
        return "\(head.method.name) \(String(decoding: head.rawPath, as: UTF8.self))"
    }

    /// Whether the body that is being streamed has not been taken to its end.
    private(set) var isStreaming = false

    /// Asks for a part of a streamed body.
    mutating func awaitPart() { cycle.awaitPart() }

    /// Answers the request that was handed out.
    mutating func answer() -> String {
        isStreaming = false
        let form = cycle.answerForm(of: Response(status: 200))
        cycle.answered(now: now)
        return form.keepsAlive ? "" : " last"
    }

    /// All actions up to `wait` or `close`.
    mutating func run(answers: Bool = true) -> [String] {
        var actions: [String] = []
        while actions.count < 20 {
            actions.append(next(answers: answers))
            if actions.last == "wait" || actions.last == "close" { break }
        }
        return actions
    }
}

let plainGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
func post(_ length: Int, _ fields: String = "", to path: String = "/p") -> String {
    "POST \(path) HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: \(length)\r\n\r\n"
}
