import Testing

/// A code means one thing and says it in one way: a client that knows the code must not meet a
/// second wording of it because another part of the server found the fault.
@Suite struct ProblemWordingTests {
    /// The codes with several messages, how many, and why they have them.
    static let several: [String: (count: Int, reason: String)] = [
        // SQLSTATEs: PostgreSQL has more than one message for them.
        "21000": (2, "PostgreSQL: an upsert that hits a row twice; pg-safeupdate: no WHERE"),
        "22003": (5, "PostgreSQL: a text, a decimal's field, JSON's number, computed int4, int8"),
        "22023": (3, "PostgreSQL: two faults of hexadecimal data, and of json_to_recordset"),
        "22P02": (4, "PostgreSQL: leaves the value out for json and bytea; array literals"),
        "23503": (3, "PostgreSQL: one for each side; SQLite may not say which side it is"),
        "42501": (2, "PostgreSQL: of a table's columns, and of a row"),
        "428C9": (2, "PostgreSQL: of INSERT and of UPDATE"),
        "57014": (2, "PostgreSQL: the timeout, and who asked is gone"),
        // SQLSTATEs of a limit or of a failed call: the message names which.
        "53200": (2, "memory: there is none left, and the caller's share is in use"),
        "53400": (3, "long answers: too many; the log is full; one was ended for it"),
        "54000": (6, "answers, rows, bodies, searches, writes are too large in different ways"),
        "54001": (2, "a pattern and a statement are too complex in different ways"),
        "58030": (2, "the call on a file that failed, and its path; and a database that is lost"),
        "XX000": (2, "an error of the database, and one of this server"),
        // PostgREST, Realtime and Auth.
        "PGRST100": (2, "PostgREST: what cannot be parsed; and what is parsed but too deep"),
        "UnableToSubscribe": (2, "Realtime: a filter's own form, and that of the rest"),
        "invalid_credentials": (2, "Auth: a password, and a grant that is not offered"),
        "validation_failed": (2, "Auth: the rule that is broken; the code says no more"),
    ]

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
            let count = Self.several[code]?.count
            #expect(count == places.count, "\(code) has several messages:\n\(list)")
        }
        let idle = Self.several.keys.filter { templates[$0, default: []].count < 2 }
        #expect(idle.isEmpty, "one message is left of each of these")
    }

    @Test(arguments: [
        (#"f(code: "1", status: 400, message: "a \(b) c")"#, "a … c"),
        (#"f(code: "1", status: g(2), message: "a \(b("c", d))")"#, "a …"),
        (
            "f(\n  code: \"1\",\n  message:\n    \"a\"\n    + \" \\\"b\\\"\", hint: \"c\")",
            "a \"b\""
        ),
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
