import TestSupport
import Testing

@testable import Schema

/// What a model file may not say of a computed column; `ComputedFaultTests` of Expressions has the
/// faults of the expressions.
@Suite struct ComputedWordTests {
    static let cases = [
        FaultCase.column(
            #"{"type": "string", "computed": "'a'", "default": "b"}"#,
            "60: a computed column has no default: it always has what is computed"),
        FaultCase.column(
            #"{"type": "string", "computed": "'a'", "onUpdate": {"$expr": "'b'"}}"#,
            "60: a computed column follows every update of its row by itself"),
        FaultCase.column(
            #"{"type": "string", "computed": "'a'", "readOnly": false}"#,
            "72: nobody can write a computed column"),
        FaultCase.column(
            #"{"type": "string", "computed": "'a'", "pattern": "^a$"}"#,
            "41: its pattern cannot be asked of a computed column: the database computes it, "
                + "and knows nothing of that; say it of what it is computed of"
        ),
        FaultCase.column(
            #"{"type": "string", "stored": true}"#,
            #"41: "stored" says where a "computed" value is kept; this column has none"#),
        FaultCase(
            "a computed key",
            #"{"properties": {"c": {"type": "string", "computed": "'a'"}}, "primaryKey": ["c"]}"#,
            "models/things.json:1:17: a computed column cannot be part of the primary key: writers give a row its key"),
    ]

    @Test(arguments: cases) func `are refused where they say more`(one: FaultCase) {
        let failure = #expect(throws: SchemaFailure.self) {
            try Catalogue(parsing: [("models/things.json", Array(one.text.utf8))])
        }
        #expect(failure?.diagnostics.map(\.description) == [one.expected])
    }
}
