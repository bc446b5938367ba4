import Expressions
import Foundation
import TestSupport
import Testing
import Values

@testable import Schema

/// The guide of model files tells of every word that may stand in one, and of no other, as editors
/// do; what it shows as an example is right.
@Suite struct ModelGuideTests {
    private static func guide() throws -> String {
        let path = "Sources/Server/Documentation.docc/Models.md"
        return try String(contentsOf: Repository.root.appending(path: path), encoding: .utf8)
    }

    /// The heading of the words that may stand in an object of a kind.
    private static func heading(of name: Vocabulary.Name) -> String {
        switch name {
        case .model: "## The model"
        case .property: "## A column"
        case .items: "## Inside a JSON column"
        case .references: "## A reference"
        case .reference: "## A reference of several columns"
        case .expression: "## An expression"
        case .index: "## An index"
        case .access: "## Access to rows"
        case .update: "## Access to updates"
        case .columnAccess: "## Access to a column"
        case .realtime: "## The feed"
        }
    }

    /// What the guide has to say of the words of an object; of those that a column has too, once.
    private static func rows(of name: Vocabulary.Name) -> [String] {
        let known = name == .items ? Vocabulary.property.words.map(row) : []
        return Vocabulary.named(name).words.map(row).filter { !known.contains($0) }
    }

    private static func row(_ word: Word) -> String {
        let form = word.isRequired ? "\(word.shape.form), needed" : word.shape.form
        return "| `\(word.name)` | \(form) | \(word.description) |"
    }

    private static func section(_ heading: String) throws -> [Substring] {
        let parts = try guide().components(separatedBy: "\n\(heading)\n")
        try #require(parts.count == 2, "\(heading)")
        return parts[1].components(separatedBy: "\n## ")[0].split(separator: "\n")
    }

    @Test(arguments: Vocabulary.Name.allCases)
    func `the guide has each word of the vocabulary and no other`(_ name: Vocabulary.Name) throws {
        let told = try Self.section(Self.heading(of: name)).filter { $0.hasPrefix("| `") }
        let expected = Self.rows(of: name).joined(separator: "\n")
        #expect(told.joined(separator: "\n") == expected)
    }

    @Test func `the guide has each type and format and no other`() throws {
        let told = try Self.section("## Types").compactMap { line -> String? in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.first?.hasPrefix("`") == true else { return nil }
            return cells.prefix(2).filter { !$0.isEmpty }.joined(separator: " ")
        }
        let expected = JSONType.allCases.filter { $0 != .null }.flatMap { word -> [String] in
            let formats = ColumnType.formats(of: word).map { "`\(word.rawValue)` `\($0)`" }
            let isWithoutFormat = ColumnType(word: word, format: nil) != nil || formats.isEmpty
            return (isWithoutFormat ? ["`\(word.rawValue)`"] : []) + formats
        }
        #expect(told.sorted() == expected.sorted())
    }

    @Test func `the example is what a server takes`() throws {
        let files = try Self.guide().components(separatedBy: "\n```json\n").dropFirst().map { text in
            text.components(separatedBy: "\n```")[0]
        }
        let names = try Self.guide().matches(of: /\n`Schemas\/([a-z\/]+\.json)`/).map { $0.output.1 }
        try #require(names.count == files.count && !files.isEmpty)
        let queries = try Self.guide().matches(
            of: /\n`Schemas\/([a-z\/]+\.sql)`\n\n(?:<!--[^\n]*-->\n)?```sql\n([^`]+)```/
        ).map { (String($0.output.1), String($0.output.2)) }
        let catalogue = try catalogue(zip(names, files).map { (String($0), $1) } + queries)
        #expect(catalogue.warnings.isEmpty)
        _ = try Rulebook.compile(catalogue)
        for model in catalogue.tables { _ = try ddl(of: model) }
    }
}

extension Shape {
    /// What may be written, in a word or two.
    fileprivate var form: String {
        switch self {
        case .text: "text"
        case .expression: "expression"
        case .boolean: "true, false"
        case .integer: "integer"
        case .number: "number"
        case .span: "span of time"
        case .value: "any value"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let element, _): "list of " + element.form
        case .map(let shape): "object of " + shape.form
        case .words(let name): Vocabulary.named(name).noun
        case .object(let vocabulary): vocabulary.noun
        case .setting: "a setting"
        case .constant(let value): "\(value)"
        case .either(let shapes): shapes.map(\.form).joined(separator: ", or ")
        }
    }
}
