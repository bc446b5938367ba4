import Bytes
import Foundation
import TestSupport
import Testing

@testable import Schema

/// The form of the files of `Schemas/`.
@Suite struct CanonicalFileTests {
    private static func form(_ text: String, _ path: String = "models/a.json") throws -> String {
        let bytes = try CanonicalFile.text(of: Array(text.utf8), path: path, called: path)
        return String(decoding: try #require(bytes), as: UTF8.self)
    }

    /// The files of a folder's `Schemas/`, by their paths.
    private static func files(in folder: String) throws -> [(path: String, text: String)] {
        let root = Repository.root.appending(path: folder)
        return try FileManager.default.subpathsOfDirectory(atPath: root.path).sorted()
            .filter { $0.hasSuffix(".json") }.map { path in
                (path, try String(contentsOf: root.appending(path: path), encoding: .utf8))
            }
    }

    @Test(arguments: ["Schemas", "Sources/CTemplates/templates"])
    func `what the repository has is in the form`(folder: String) throws {
        let files = try Self.files(in: folder)
        #expect(files.count > 3)
        for (path, text) in files { #expect(try Self.form(text, path) == text, "\(path)") }
    }

    @Test func `words stand in the order of the vocabulary, names in their own`() throws {
        let text = #"""
            {"access":{"delete":"b","read":"a"},"checks":{"z":"1=1","a":"2=2"},"required":["z","a"],
            "properties":{"z":{"default":0.10,"type":"number","what":1,"minimum":1e2},"a":
            {"references":{"onDelete":"cascade","model":"m"},"type":"string"}},"$schema":"\u0061"}
            """#
        #expect(
            try Self.form(text) == #"""
                {
                  "$schema": "\u0061",
                  "properties": {
                    "z": {"type": "number", "minimum": 1e2, "default": 0.10, "what": 1},
                    "a": {"type": "string", "references": {"model": "m", "onDelete": "cascade"}}
                  },
                  "required": ["z", "a"],
                  "checks": {"z": "1=1", "a": "2=2"},
                  "access": {
                    "read":   "a",
                    "delete": "b"
                  }
                }

                """#)
    }

    @Test func `a line has a hundred columns, and what is longer is filled`() throws {
        func model(_ length: Int) -> String {
            let text = String(repeating: "é", count: length)
            return #"{"properties":{"a":{"type":"string","description":"\#(text)","default":""}}}"#
        }
        // The line but for the text, as it stands in the file.
        let rest = #"    "a": {"type": "string", "description": "", "default": ""}"#.count
        let lines = try Self.form(model(100 - rest)).split(separator: "\n")
        #expect(lines[2].count == 100 && lines.count == 5)
        let longer = try Self.form(model(101 - rest)).split(separator: "\n")
        #expect(longer[2] == #"    "a": {"# && longer.count == 7)
        #expect(longer[3].hasPrefix(#"      "type": "string", "description": ""#))
    }

    @Test func `rows of seeds have a line each, and sections of a project where they fit`() throws {
        #expect(
            try Self.form(#"{"b":[{"id":1},{"id":2}],"a":[]}"#, "seeds/x.json") == """
                {
                  "b": [
                    {"id": 1},
                    {"id": 2}
                  ],
                  "a": []
                }

                """)
        #expect(
            try Self.form(#"{"rest":{"safe_update":true,"max_rows":5},"name":"x"}"#, "project.json")
                == """
                {
                  "name": "x",
                  "rest": {"max_rows": 5, "safe_update": true}
                }

                """)
    }

    @Test func `what is no JSON is refused with its place, and what is none of ours passed over`()
        throws
    {
        for (text, place) in [
            ("{\"properties\": {},}", "1:18"), ("{\n  // no\n}", "2:3"), ("", "1:1"),
            ("\u{FEFF}{}", "1:1"), ("{} {}", "1:4"),
        ] {
            #expect(throws: SchemaFailure.self) { try Self.form(text) }
            do {
                _ = try Self.form(text)
            } catch let failure as SchemaFailure {
                #expect("\(failure)".hasPrefix("models/a.json:\(place): "), "\(failure)")
            }
        }
        for path in ["package.json", "queries/a.sql", "models/a.txt"] {
            let bytes = Array("{}".utf8)
            #expect(try CanonicalFile.text(of: bytes, path: path, called: path) == nil)
        }
    }

    @Test func `the form says what the file said, and has itself for its form`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = RandomFile(seed: seed)
        for round in 0..<1_000 {
            let path = ["models/a.json", "project.json", "rules.json", "seeds/a.json"][round % 4]
            let text = random.text()
            let formed = try Self.form(text, path)
            let (one, other) = (Array(text.utf8), Array(formed.utf8))
            let before = try JSONDocument(parsing: one).root
            let after = try JSONDocument(parsing: other).root
            #expect(
                before.equalityKey == after.equalityKey, "seed \(seed), round \(round): \(text)")
            #expect(leaves(before) == leaves(after), "seed \(seed), round \(round): \(text)")
            #expect(try Self.form(formed, path) == formed, "seed \(seed), round \(round): \(text)")
        }
    }

    /// The spellings of all numbers, texts and names.
    private func leaves(_ value: JSONValue) -> [String] {
        switch value.kind {
        case .object:
            value.members.flatMap { [String(utf8: $0.key.raw)] + leaves($0.value) }.sorted()
        case .array: value.elements.flatMap(leaves).sorted()
        case .null, .bool, .number, .string: [String(utf8: value.raw)]
        }
    }
}

/// Texts of JSON as people and programs write them, with and without sense.
private struct RandomFile {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private static let words =
        Vocabulary.Name.allCases.flatMap { Vocabulary.named($0).words.map(\.name) }
        + Vocabulary.project.words.map(\.name) + [
            "max_rows", "name", "id", "a_longer_name_of_ours",
        ]
    private static let texts = [
        #""""#, #""a""#, #""é\n\u00e9""#, #""\ud83d\ude00""#, #""a b, {c}: [d]""#,
        #""a text that is so long that not much else has room beside it on a line""#,
    ]
    private static let numbers = [
        "0", "-0", "1", "1.50", "1e2", "1E+2", "12345678901234567890", "-1.5e-7",
    ]

    mutating func text() -> String { object(3) }

    private mutating func value(_ depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0: ["true", "false", "null"].randomElement(using: &random) ?? ""
        case 1, 2: Self.numbers.randomElement(using: &random) ?? ""
        case 3, 4: Self.texts.randomElement(using: &random) ?? ""
        case 5, 6: object(depth - 1)
        default:
            "[" + many { $0.value(depth - 1) }.joined(separator: "," + blank()) + "]"
        }
    }

    private mutating func object(_ depth: Int) -> String {
        let members = many { random in
            let word = Self.words.randomElement(using: &random.random) ?? ""
            return "\"\(word)\"\(random.blank()):\(random.blank())\(random.value(depth))"
        }
        return "{" + members.joined(separator: "," + blank()) + blank() + "}"
    }

    private mutating func many(_ make: (inout RandomFile) -> String) -> [String] {
        (0..<Int.random(in: 0..<5, using: &random)).map { _ in make(&self) }
    }

    private mutating func blank() -> String {
        ["", " ", "\n", "\t ", "\r\n  "].randomElement(using: &random) ?? ""
    }
}
