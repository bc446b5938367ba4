import Foundation
import TestSupport
import Testing

/// The guides that tell how the parts work together name nothing that is not there.
@Suite struct GuideTests {
    static let folder = "Sources/Server/Documentation.docc"
    static let columnsMax = 115

    /// The guides, without the one whose text is the commands' own.
    static let names = [
        "Architecture.md", "Deployment.md", "Engines.md", "Migrations.md", "Models.md",
        "Problems.md", "Settings.md",
    ]

    @Test(arguments: ["Architecture.md", "Engines.md", "Migrations.md", "Models.md"])
    func `what a guide names is in the sources`(name: String) throws {
        for (number, line) in try lines(of: name).enumerated() {
            for word in Self.names(in: line) {
                #expect(Self.known.contains(word), "\(name):\(number + 1) names \(word)")
            }
        }
    }

    @Test(arguments: names)
    func `a line of a guide is no longer than it has to be`(name: String) throws {
        // A row of a table is one line.
        for (number, line) in try lines(of: name).enumerated() where !line.hasPrefix("|") {
            #expect(line.count <= Self.columnsMax, "\(name):\(number + 1)")
        }
    }

    @Test func `a link of a guide leads to a guide`() throws {
        for name in Self.names {
            for match in try lines(of: name).joined().matches(of: /<doc:([A-Za-z]+)>/) {
                let path = "\(Self.folder)/\(match.output.1).md"
                let target = Repository.root.appending(path: path)
                #expect(FileManager.default.fileExists(atPath: target.path), "\(name): \(path)")
            }
        }
    }

    @Test func `names are the words of code that have humps`() {
        let line = "A `Reader` calls `LaneState+Long` and `readInline(to:)`, not SQLite's `pragma`."
        #expect(Self.names(in: line) == ["Reader", "LaneState", "Long", "readInline"])
    }

    /// Every word of the code, of its comments and texts, and of the files' names.
    private static let known = Set(
        (SourceTree.sources + SourceTree.tests).filter { !$0.path.hasSuffix("/GuideTests.swift") }
            .flatMap { file in (file.lines + [file.path]).flatMap { words(in: $0) } })

    private static func words(in text: some StringProtocol) -> [String] {
        text.split { character in
            !(character.isASCII && (character.isLetter || character.isNumber || character == "_"))
        }.map { String($0) }
    }

    private static func names(in line: String) -> [String] {
        let spans = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }
        return spans.flatMap { words(in: $0.element) }.filter { word in
            zip(word, word.dropFirst()).contains { $0.isLowercase && $1.isUppercase }
                || word.first?.isUppercase == true && word.contains(where: \.isLowercase)
        }
    }

    private func lines(of name: String) throws -> [String] {
        let path = "\(Self.folder)/\(name)"
        let text = try String(
            contentsOf: Repository.root.appending(path: path), encoding: .utf8)
        return text.components(separatedBy: "\n")
    }
}
