import TestSupport
import Testing

/// The guide of problems has every code that somebody may be shown, and no other.
@Suite struct ProblemGuideTests {
    /// Codes that never leave the server: whoever meets one catches it.
    static let unseen: Set = ["look_up", "migration", "rehearsed", "steps_spent", "stopping"]

    /// The codes that a source gives to problems, as it writes them.
    static func codes(in text: String) -> Set<String> {
        var codes: Set<String> = []
        let given = /\b[a-z]*[cC]ode(?:: | = )(?:[^\n]*?\?\? )?"([A-Za-z0-9_]+)"/
        let passed = /(?:notOffered|ChannelRefusal|Self\.rest)\(\s*"([A-Za-z0-9_]+)"/
        for match in text.matches(of: given) { codes.insert(String(match.output.1)) }
        for match in text.matches(of: passed) { codes.insert(String(match.output.1)) }
        for body in text.matches(of: /var code: String\??\s*\{\n([^}]*)/) {
            for match in body.output.1.matches(of: /: "([a-z_]+)"|\n\s+"([a-z_]+)"/) {
                codes.insert(String(match.output.1 ?? match.output.2 ?? ""))
            }
        }
        return codes
    }

    @Test func `it has each code of the sources and no other`() throws {
        let sources = SourceTree.sources.filter { $0.target != "Benchmarks" }
        let codes = sources.reduce(into: Set<String>()) { codes, file in
            codes.formUnion(Self.codes(in: file.lines.joined(separator: "\n")))
        }
        let cells = try Guide("Problems.md").text().split(separator: "\n")
            .filter { $0.hasPrefix("| `") }.map { $0.dropFirst(2).prefix { $0 != "|" } }
        let told = cells.flatMap { $0.matches(of: /`([A-Za-z0-9_]+)`/).map { String($0.output.1) } }
        #expect(told.count == Set(told).count)
        let untold = codes.subtracting(told).subtracting(Self.unseen)
        #expect(untold.isEmpty, "the guide has no row of \(untold.sorted())")
        let unknown = Set(told).subtracting(codes)
        #expect(unknown.isEmpty, "no source has \(unknown.sorted())")
        #expect(Self.unseen.isSubset(of: codes))
    }

    @Test(arguments: [
        (#"Problem(code: "a_b", status: 1)"#, ["a_b"]), (#"static let aCode = "a""#, ["a"]),
        (#"f(code: x ?? "a")"#, ["a"]), (#"notOffered("# + "\n" + #"  "a", "b")"#, ["a"]),
        ("var code: String {\n  switch self {\n  case .a: \"b\"\n  }\n}", ["b"]),
        (#"f(message: "a")"#, []),
    ])
    func `a code is found where it is given`(source: String, codes: [String]) {
        #expect(Self.codes(in: source) == Set(codes))
    }
}
