import Foundation

/// A page of the documentation, with sections that are made of the program's own tables.
public struct Guide: Sendable {
    private let file: URL

    /// The guide of a name, such as `Settings.md`.
    public init(_ name: String) {
        file = Repository.root.appending(path: "Sources/Server/Documentation.docc/\(name)")
    }

    /// All of it.
    public func text() throws -> String { try String(contentsOf: file, encoding: .utf8) }

    /// The headings of its sections.
    public func headings() throws -> [String] {
        try text().components(separatedBy: "\n").filter { $0.hasPrefix("## ") }
    }

    /// What stands under a heading; nil where there is none.
    public func section(_ heading: String) throws -> String? {
        let parts = try text().components(separatedBy: "\n\(heading)\n")
        return parts.count == 2 ? Self.trimmed(parts[1].components(separatedBy: "\n## ")[0]) : nil
    }

    /// Whether this stands under a heading, and nothing else. With `APUS_WRITE_GUIDES` it is
    /// written there, the section at the end where there is none of that heading.
    public func has(_ content: String, under heading: String) throws -> Bool {
        if ProcessInfo.processInfo.environment["APUS_WRITE_GUIDES"] != nil {
            try write(content, under: heading)
        }
        return try section(heading) == Self.trimmed(content)
    }

    private func write(_ content: String, under heading: String) throws {
        let parts = try text().components(separatedBy: "\n\(heading)\n")
        let rest = parts.dropFirst().joined().components(separatedBy: "\n## ").dropFirst()
        let sections = ["\(heading)\n\n\(Self.trimmed(content))\n"] + rest.map { "## \($0)" }
        let all = Self.trimmed(parts[0]) + "\n\n" + sections.joined(separator: "\n")
        try all.write(to: file, atomically: true, encoding: .utf8)
    }

    private static func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .newlines)
    }
}
