import Foundation
import Server
import ServerTestSupport
import Synchronization
import TestSupport
import Testing

/// Models that are changed while many read and write: nobody's request fails for it.
@Suite(.blocking, .timeLimit(.minutes(10))) struct LiveChangeTests {
    private static let notes = #"""
        {"properties": {"id": {"type": "integer", "identity": true}, \#
        "text": {"type": "string", "maxLength": 99}}, "required": ["text"], \#
        "access": {"all": true}}
        """#

    /// The same model with a word more, one save after the other.
    static let saves: [(name: String, old: String, new: String)] = [
        ("a column", #""text": {"#, #""more": {"type": "integer", "default": 7}, "text": {"#),
        ("an index", #""access""#, #""indexes": [{"on": ["text"]}, {"on": ["more"]}], "access""#),
        ("a rule", #"{"all": true}"#, #"{"all": "text <> 'never'"}"#),
        ("a longer text, for which the table is made anew", "99", "999"),
        (
            "a check, for which the table is made anew", #""access""#,
            #""checks": {"short": "length(text) < 500"}, "access""#
        ),
        (
            "a column whose default is computed", #""text": {"#,
            #""at": {"type": "string", "format": "date-time", "default": {"$expr": "now()"}}, "text": {"#
        ),
        (
            "an enum", #""at": {"#,
            #""kind": {"type": "string", "enum": ["a", "b"], "default": "a"}, "at": {"#
        ),
        (
            "a required column whose default is computed", #"}, "required": ["text"]"#,
            #", "stamp": {"type": "string", "format": "date-time", "default": {"$expr": "now()"}}}, "#
                + #""required": ["text", "stamp"]"#
        ),
        (
            "another type", #"{"type": "integer", "default": 7}"#,
            #"{"type": "string", "default": "7"}"#
        ),
    ]

    /// What 64 clients have met.
    private struct Load: Sendable {
        var requests = 0
        var longest = Duration.zero
        var failures: [String] = []
    }

    /// Reads and writes until it is told to end; `begun` is told once it has had an answer.
    private static func use(
        _ port: Int, _ key: String, writes: Bool, begun: () -> Void, until isOver: () -> Bool
    ) throws -> Load {
        let client = try HTTPClient(port: port, key: key)
        var load = Load()
        while !isOver() {
            let start = ContinuousClock.now
            let answer =
                writes
                ? try client.send("POST", "/rest/v1/notes", #"{"text": "live"}"#)
                : try client.send("GET", "/rest/v1/notes?select=id,text&limit=20&order=id.desc")
            if answer.status >= 300 { load.failures.append("\(answer.status) \(answer.text)") }
            load.requests += 1
            if load.requests == 1 { begun() }
            load.longest = max(load.longest, .now - start)
        }
        return load
    }

    @Test
    func `requests go on while models change, tables are made anew and indexes built`() throws {
        let project = try DevelopedProject { project in
            try project.write(Self.notes, to: "Schemas/models/notes.json")
        }
        let (port, key) = (project.port, try APIKeys.load(project.options).service)
        let client = try HTTPClient(port: port, key: key)
        let rows = (0..<1_000).map { "{\"text\": \"note \($0)\"}" }.joined(separator: ",")
        for _ in 0..<20 {
            #expect(try client.send("POST", "/rest/v1/notes", "[\(rows)]").status == 201)
        }
        let isOver = Mutex(false)
        let (begun, loads) = (Record<Int>(), Record<Result<Load, any Error>>())
        for number in 0..<64 {
            Thread.detachNewThread {
                let load = Result {
                    try Self.use(port, key, writes: number % 2 == 0) {
                        begun.append(number)
                    } until: { isOver.withLock { $0 } }
                }
                if case .failure = load { begun.append(number) }
                loads.append(load)
            }
        }
        begun.wait(for: 64)
        var reloads: [String] = []
        var model = Self.notes
        for (name, old, new) in Self.saves {
            #expect(model.contains(old))
            model = model.replacing(old, with: new)
            let start = ContinuousClock.now
            try project.save("models/notes.json", model)
            while let line = project.nextLine(), line != "took models/notes.json" {
                #expect(line.hasPrefix("applied"), "\(line)")
            }
            reloads.append("\(name) \(Int((.now - start) / .milliseconds(1))) ms")
        }
        isOver.withLock { $0 = true }
        let all = try loads.wait(for: 64).map { try $0.get() }
        let failures = all.flatMap(\.failures)
        let longest = all.map(\.longest).max() ?? .zero
        print(
            "live change: \(all.reduce(0) { $0 + $1.requests }) requests of 64 clients, "
                + "\(failures.count) failed, the longest took \(longest); "
                + reloads.joined(separator: ", "))
        #expect(failures.isEmpty, "\(Set(failures).prefix(5))")
    }
}
