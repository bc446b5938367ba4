import Configuration
import Foundation
import ServerTestSupport
import TestSupport
import Testing

/// The guide of commands is what the commands say of themselves.
@Suite(.timeLimit(.minutes(10))) struct CommandGuideTests {
    private static var guide: Guide { Guide("Commands.md") }

    /// What `apus` prints for some words.
    private static func printed(_ words: String...) throws -> [String] {
        let command = try RunningCommand(words)
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        #expect(command.exitCode() == 0)
        return lines
    }

    /// The names of all commands, as the overview lists them.
    private static func names() throws -> [String] {
        try columns(section("Commands:", of: printed("--help"))).map { $0[0] }
    }

    /// The lines behind one that begins a part, up to the next empty one.
    private static func section(_ title: String, of lines: [String]) -> [String] {
        guard let start = lines.firstIndex(of: title) else { return [] }
        return Array(lines[(start + 1)...].prefix { !$0.isEmpty })
    }

    /// Columns are two blanks or more apart.
    private static func columns(_ lines: [String]) -> [[String]] {
        lines.map { line in
            let text = line.trimmingCharacters(in: .whitespaces)
            guard let gap = text.range(of: "  ") else { return [text, ""] }
            let rest = text[gap.upperBound...].trimmingCharacters(in: .whitespaces)
            return [String(text[..<gap.lowerBound]), rest]
        }
    }

    @Test func `it has every command in the order of the overview and no other`() throws {
        let headings = try Self.names().map { "## apus \($0)" }
        for name in try Self.names() {
            let text = try Self.text(of: name)
            #expect(
                try Self.guide.has(text, under: "## apus \(name)"),
                "APUS_WRITE_GUIDES=1 writes it:\n\(text)")
        }
        #expect(try Self.guide.headings() == headings)
    }

    /// The section of a command.
    private static func text(of name: String) throws -> String {
        let words = name.split(separator: " ").map(String.init)
        let command = try RunningCommand(words + ["--help"])
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        let title = "apus \(name): "
        let summary = try #require(lines.first).dropFirst(title.count)
        let usage = try #require(lines.first { $0.hasPrefix("Usage: ") }).dropFirst(7)
        let start = try #require(lines.firstIndex { $0.hasPrefix("Usage: ") })
        let end = try #require(lines.firstIndex(of: "Options:"))
        let discussion = lines[(start + 1)..<end].joined(separator: "\n")
            .trimmingCharacters(in: .newlines)
        let options = columns(section("Options:", of: lines))
        let example = section("Example:", of: lines).joined().trimmingCharacters(in: .whitespaces)
        let parts = [
            "`\(usage)`", "\(summary.prefix(1).uppercased())\(summary.dropFirst()).", discussion,
            table(options), settings(options, section("Variables without a flag:", of: lines)),
            "For example: `\(example)`",
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// What the command takes besides settings and `--help`.
    private static func table(_ options: [[String]]) -> String {
        let own = options.prefix { $0[0] != "--help" }
        let rows = own.map { row in
            "| `\(row[0].replacingOccurrences(of: "|", with: "\\|"))` | \(row[1]) |"
        }
        return rows.isEmpty ? "" : (["| option | |", "| --- | --- |"] + rows)
            .joined(separator: "\n")
    }

    /// The settings that not every command takes.
    private static func settings(_ options: [[String]], _ variables: [String]) -> String {
        let given = Set(options.map { String($0[0].prefix { $0 != " " }) })
        let secret = Set(columns(variables).map { $0[0] })
        let all = Setting.all.filter { setting in
            setting.flag.map(given.contains) ?? secret.contains(setting.variable)
        }
        if all.count == Setting.all.count { return "It takes every setting." }
        let more = all.filter { $0.use != .everywhere }.map { "`\($0.name)`" }
        return more.isEmpty ? "" : "It takes these settings too: \(more.joined(separator: ", "))."
    }
}
