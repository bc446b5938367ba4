import Foundation
import TestSupport
import Testing

@Suite struct WordingTests {
    @Test(arguments: SourceTree.sources)
    func `unchecked promises give their reason`(file: SourceTree.File) {
        for (index, line) in file.code.enumerated()
        where line.contains("@unchecked") || line.contains("nonisolated(unsafe)") {
            let nearby = file.lines[max(0, index - 6)...index]
            let reason = nearby.contains { $0.contains("//") }
            #expect(reason, "\(file.path):\(index + 1) does not name its lock or thread")
        }
    }

    @Test(arguments: SourceTree.sources)
    func `nothing is left for later without an issue`(file: SourceTree.File) {
        for (index, line) in file.lines.enumerated() {
            for word in ["TO" + "DO", "FIX" + "ME", "XX" + "X:"] where line.contains(word) {
                #expect(line.contains("#"), "\(file.path):\(index + 1)")
            }
        }
    }

    @Test(arguments: SourceTree.sources)
    func `nothing that input reaches can trap`(file: SourceTree.File) {
        for (index, line) in file.code.enumerated() {
            for word in ["fatal" + "Error(", "tr" + "y!", "as" + "! "] {
                #expect(!line.contains(word), "\(file.path):\(index + 1)")
            }
        }
    }

    @Test func `the top level holds what the design names`() throws {
        let named: Set<String> = [
            "Package.swift", "README.md", "Sources", "Tests", "Schemas", "Migrations",
        ]
        let found = try FileManager.default.contentsOfDirectory(atPath: Repository.root.path)
        for entry in found where !entry.hasPrefix(".") && entry != "Package.resolved" {
            #expect(named.contains(entry), "\(entry)")
        }
    }
}
