import Testing

/// A code means one thing and says it in one way: a client that knows the code must not meet a
/// second wording of it because another part of the server found the fault.
@Suite struct ProblemWordingTests {
    /// The codes with several messages, and why they have them.
    static let several: [String: String] = [:]

    static let wordings = SourceTree.sources.flatMap { file in
        ProblemLiterals.wordings(in: file.lines.joined(separator: "\n")).map {
            (wording: $0, place: "\(file.path):\($0.line)")
        }
    }

    @Test func `a problem is worded in one place`() {
        var places: [String: String] = [:]
        for (wording, place) in Self.wordings where wording.template != ProblemLiterals.blank {
            let key = "\(wording.code): \(wording.template)"
            #expect(places[key] == nil, "\(key) stands at \(place) and \(places[key] ?? "")")
            places[key] = place
        }
    }

    @Test func `a code has one message, or a reason for several`() {
        var templates: [String: [String]] = [:]
        for (wording, place) in Self.wordings where wording.template != ProblemLiterals.blank {
            templates[wording.code, default: []].append("\(place) \(wording.template)")
        }
        for (code, places) in templates where places.count > 1 {
            let list = places.joined(separator: "\n")
            #expect(Self.several[code] != nil, "\(code) has several messages:\n\(list)")
        }
        let idle = Self.several.keys.filter { templates[$0, default: []].count < 2 }
        #expect(idle.isEmpty, "one message is left of each of these")
    }

    @Test(arguments: [
        (#"f(code: "1", status: 400, message: "a \(b) c")"#, "a … c"),
        (#"f(code: "1", status: g(2), message: "a \(b("c", d))")"#, "a …"),
        ("f(\n  code: \"1\",\n  message:\n    \"a\"\n    + \" \\\"b\\\"\", hint: \"c\")", "a \"b\""),
        ("f(code: \"1\", message: \"\"\"\na \\\nb\n\"\"\")", "\na b\n"),
        (#"f(code: "1", message: reason, details: "d")"#, "…"),
        (#"f(code: "1", message: isB ? "b" : "c")"#, "…"),
    ])
    func `a message is read with its variables left blank`(source: String, template: String) {
        #expect(ProblemLiterals.wordings(in: source).map(\.template) == [template])
    }

    @Test func `a code without a message of its own call is no wording`() {
        #expect(ProblemLiterals.wordings(in: #"f(code: "1"), g(message: "a")"#).isEmpty)
    }
}
