import Foundation
import TestSupport

/// The repository's Swift sources as the house rules read them.
struct SourceTree {
    struct File: CustomStringConvertible, Sendable {
        /// The path below the repository's root.
        let path: String
        let lines: [String]
        /// The lines without comments and literals: what most rules are about. Read once, for it
        /// takes longer than all that is asked of it.
        let code: [String]

        /// The target that the file belongs to.
        var target: String { String(path.split(separator: "/")[1]) }
        var description: String { path }
    }

    static let sources = files(below: "Sources")
    static let tests = files(below: "Tests")

    private static func files(below folder: String) -> [File] {
        let base = Repository.root.appending(path: folder)
        let walker = FileManager.default.enumerator(atPath: base.path)
        let names = (walker?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".swift") }
        return names.sorted().compactMap { name in
            guard let text = try? String(contentsOf: base.appending(path: name), encoding: .utf8)
            else { return nil }
            let lines = text.components(separatedBy: "\n")
            return File(
                path: "\(folder)/\(name)", lines: lines, code: CodeScanner.code(of: lines))
        }
    }
}
