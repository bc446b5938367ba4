import Schema
import Testing

@testable import Expressions

/// What is wrong with files of all kinds is told in one run, each fault once.
@Suite struct AllFaultsTests {
    private struct Case: CustomTestStringConvertible {
        let testDescription: String
        let files: [String: String]
        let faults: [String]

        init(_ name: String, _ files: [String: String], _ faults: [String]) {
            testDescription = name
            self.files = files
            self.faults = faults
        }
    }

    private static let rule = #"{"mine(owner uuid)": "owner = auth.uidd()"}"#
    private static let uidd =
        #"rules.json:1:31: unknown function or rule "auth.uidd"; did you mean "auth.uid"?"#

    private static let cases = [
        Case(
            "a model, a rule and a seed",
            [
                "models/a.json": #"{"properties": {"n": {"type": "integr"}}, "access": {"read": "m = 1"}}"#,
                "rules.json": rule,
                "seeds/s.json": #"{"a": [{"id": "00000000-0000-0000-0000-000000000001", "x": 1}]}"#,
            ],
            [
                #"models/a.json:1:31: "type" must be one of "string", "integer", "number", "#
                    + #""boolean", "object", "array"; did you mean "integer"?"#,
                #"models/a.json:1:63: a has no column "m"; did you mean "n"?"#, uidd,
                #"seeds/s.json:1:55: the model "a" has no column "x"; did you mean "n"?"#,
            ]),
        Case(
            "nothing follows from a column's fault",
            [
                "models/a.json": #"{"properties": {"n": {"type": "integr"}}, "access": {"read": "n > 1"}}"#,
                "seeds/s.json": #"{"a": [{"id": "00000000-0000-0000-0000-000000000001", "n": "x"}]}"#,
            ],
            [
                #"models/a.json:1:31: "type" must be one of "string", "integer", "number", "#
                    + #""boolean", "object", "array"; did you mean "integer"?"#
            ]),
        Case(
            "nothing follows from a file that is no JSON",
            [
                "models/a.json": #"{"properties": }"#,
                "models/b.json": #"""
                {"properties": {"a_id": {"type": "string", "format": "uuid",
                  "references": {"model": "a", "as": "a"}}},
                 "access": {"read": "exists(a as x where x.id = b.a_id) and a.n = 1"}}
                """#,
                "seeds/s.json": #"{"a": [{"n": "x"}]}"#,
            ],
            ["models/a.json:1:16: this is not JSON: expected a value"]),
        Case(
            "rules that cannot be read may be the ones that are called",
            [
                "models/a.json": #"{"properties": {"n": {"type": "integer"}}, "access": {"read": "mine(n)"}}"#,
                "rules.json": "{",
            ],
            ["rules.json:1:2: this is not JSON: expected a member name in double quotes"]),
    ]

    @Test(arguments: cases) private func `all of them`(one: Case) {
        let files = one.files.map { (path: $0.key, contents: Array($0.value.utf8)) }
        do throws(SchemaFailure) {
            _ = try Rulebook.compile(CatalogueReading(files))
            Issue.record("accepted")
        } catch {
            #expect(error.diagnostics.map(\.description) == one.faults)
        }
    }
}
