import Testing

@testable import Query

@Suite struct OrderTests {
    static let terms: [(String, [OrderTerm])] = [
        ("a", [OrderTerm(field: Field(name: "a"))]),
        ("a.desc", [OrderTerm(field: Field(name: "a"), descending: true)]),
        ("a.asc.nullsfirst", [OrderTerm(field: Field(name: "a"), nulls: .first)]),
        ("a.nullslast", [OrderTerm(field: Field(name: "a"), nulls: .last)]),
        (
            "a.desc,b",
            [
                OrderTerm(field: Field(name: "a"), descending: true),
                OrderTerm(field: Field(name: "b")),
            ]
        ),
        ("e(name).desc", [OrderTerm(embed: "e", field: Field(name: "name"), descending: true)]),
        (
            "d->>k.asc",
            [
                OrderTerm(
                    field: Field(
                        name: "d", path: [JSONStep(key: .name("k"), isText: true)]))
            ]
        ),
    ]

    @Test(arguments: terms)
    func `terms are read`(text: String, terms: [OrderTerm]) throws {
        #expect(try OrderTerm.parse(text) == terms)
    }

    @Test(arguments: [
        "", "a.", "a.up", "a,", "a.asc.desc", "a.nullsfirst.nullslast", "a)", "e(", "e(name",
    ])
    func `what is no order does not follow its grammar`(text: String) {
        #expect(throws: QueryFault.self) { try OrderTerm.parse(text) }
    }

    @Test func `nulls stand where PostgreSQL puts them`() {
        #expect(!OrderTerm(field: Field(name: "a")).nullsComeFirst)
        #expect(OrderTerm(field: Field(name: "a"), descending: true).nullsComeFirst)
        #expect(
            !OrderTerm(field: Field(name: "a"), descending: true, nulls: .last).nullsComeFirst)
    }
}
