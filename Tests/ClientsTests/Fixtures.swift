import Foundation
import Schema
import TestSupport

/// The projects of the tests.
enum Fixture {
    /// One with every type, and names that languages have other uses for.
    static let everything = Repository.path("Tests/ClientsTests/Project/Schemas")
    /// The sample application.
    static let sample = Repository.path("Schemas")

    static func catalogue(_ folder: String = everything) throws -> Catalogue {
        try Catalogue.load(schemas: folder)
    }

    /// The catalogue of one model, called `things`.
    static func things(_ text: String, rules: String = "{}") throws -> Catalogue {
        try Catalogue(parsing: [
            ("models/things.json", Array(text.utf8)), ("rules.json", Array(rules.utf8)),
        ])
    }

    /// What a file of `Golden/` holds. With `APUS_WRITE_GOLDEN` it is written first.
    static func golden(_ name: String, _ found: String) throws -> String {
        let path = Repository.path("Tests/ClientsTests/Golden/\(name)")
        if ProcessInfo.processInfo.environment["APUS_WRITE_GOLDEN"] != nil {
            try found.write(toFile: path, atomically: true, encoding: .utf8)
        }
        return try String(contentsOfFile: path, encoding: .utf8)
    }
}
