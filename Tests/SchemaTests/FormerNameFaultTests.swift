import Diagnostics
import Testing

@testable import Schema

/// Names that two have had before, of which nobody knows which of them has become of it.
@Suite struct FormerNameFaultTests {
    private static func model(_ first: String, _ second: String) -> String {
        """
        {"properties": {"id": {"type": "integer"},
          "a": {"type": "string", "renamedFrom": \(first)},
          "b": {"type": "string", "renamedFrom": \(second)}}, "access": {}}
        """
    }

    @Test(arguments: [
        (#""x""#, #""x""#, "x"), (#""x""#, #"["y", "X"]"#, "X"), (#"["y", "x"]"#, #"["z", "x"]"#, "x"),
    ])
    func `two columns cannot have been one`(first: String, second: String, name: String) {
        let told = diagnostics([("models/things.json", Self.model(first, second))])
        #expect(
            told == [
                "models/things.json:3:3: \"a\" says already that it was called \"\(name)\": only one "
                    + "column can have come of it"
            ])
    }

    @Test(arguments: [(#""x""#, #""y""#), (#"["x", "x"]"#, #"["y"]"#), (#"["x", "X"]"#, #""y""#)])
    func `columns with names of their own are right`(first: String, second: String) {
        #expect(diagnostics([("models/things.json", Self.model(first, second))]).isEmpty)
    }

    @Test func `two models cannot have been one`() {
        func model(_ former: String) -> String {
            """
            {"renamedFrom": \(former),
             "properties": {"id": {"type": "integer"}}, "access": {}}
            """
        }
        let told = diagnostics([
            ("models/a.json", model(#""old""#)), ("models/b.json", model(#"["Old", "older"]"#)),
            ("models/c.json", model(#""oldest""#)),
        ])
        #expect(
            told == [
                "models/b.json:1:2: \"a\" says already that it was called \"Old\": only one model can "
                    + "have come of it"
            ])
    }
}
