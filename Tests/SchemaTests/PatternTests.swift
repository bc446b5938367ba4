import Testing

@testable import Schema

@Suite struct PatternTests {
    static let cases: [(String, [String], [String])] = [
        ("", ["", "x"], []), ("b", ["abc"], ["ac", "B"]),
        ("^[a-z0-9_]+$", ["a_9"], ["", "aB", "a\n"]),
        ("^(a|bc|)d$", ["ad", "bcd", "d"], ["abcd", "cd"]), ("^a*$", ["", "aaa"], ["ab"]),
        ("^a{2}$", ["aa"], ["a", "aaa"]), ("^a{2,}$", ["aa", "aaaa"], ["a"]),
        ("^(ab){1,3}?$", ["ab", "ababab"], ["", "abababab"]), ("^a{,2}$", ["a{,2}"], ["aa"]),
        ("^.$", ["ü", "\u{1F600}"], ["\n", "ab"]), (#"^\d+\.\d{2}$"#, ["1.20"], ["1x20", "١.20"]),
        (#"^[^\s@]+@[^\s@]+\.[^\s@]+$"#, ["a@b.org"], ["a b@c.d", "a@b", "a@b.org\n"]),
        (#"\bcat\b"#, ["a cat!"], ["cats"]), (#"\Bat"#, ["cat"], ["at"]),
        (#"^\p{Lu}\p{L}*$"#, ["Éa"], ["éa", "A1"]), (#"^\P{N}$"#, ["a"], ["1"]),
        (#"^[\w.-]+$"#, ["a.b-c"], ["a b"]), (#"^[a\-z]$"#, ["a", "-"], ["b"]),
        ("^[]$", [], ["a", ""]),
        (#"^[\]\\]$"#, ["]", "\\"], ["a"]), (#"^\x41\u0042\u{43}\/$"#, ["ABC/"], ["abc/"]),
        ("^(?:a(?<n>b))+$", ["abab"], ["aba"]), ("^(a*)*$", ["", "aaa"], ["b"]),
        ("^(a?){3}a{3}$", ["aaa", "aaaaaa"], ["aa", "aaaaaaa"]), ("a|^$", ["", "xa"], ["x"]),
    ]

    @Test(arguments: cases)
    func `an expression matches as ECMA-262 has it`(
        source: String, matching: [String], others: [String]
    ) throws {
        let pattern = try Pattern(source)
        for text in matching { #expect(pattern.matches(text), "\(source) on \(text)") }
        for text in others { #expect(!pattern.matches(text), "\(source) on \(text)") }
    }

    @Test(arguments: [
        "(", ")", "a)", "[a", "[z-a]", "*", "a**", "a{2,1}", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)",
        #"(a)\1"#, #"\k<n>"#, #"\"#, #"\q"#, #"\p{Xx}"#, #"\pL"#, #"\xZZ"#, #"\uD800"#, #"\u{"#,
        "(?i)a", "(?<n", "^*", "a{9999999999999999999}", "(a{100}){100}",
        String(repeating: "(", count: 100) + String(repeating: ")", count: 100),
    ])
    func `what is no expression, or has no bound, is refused`(source: String) {
        #expect(throws: PatternFault.self) { try Pattern(source) }
    }

    /// Expressions on which a backtracking matcher does not come back in a lifetime, one row of
    /// anybody's then being enough to stop the server.
    @Test(
        .timeLimit(.minutes(10)),
        arguments: [
            "^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "^(a*)*b$", "^(.*a){20}$",
            #"^([a-z]+\.?)+@x$"#, "a*a*a*a*a*a*b",
        ])
    func `no text takes long`(source: String) throws {
        let pattern = try Pattern(source)
        #expect(!pattern.matches(String(repeating: "a", count: 4000) + "!"))
    }
}
