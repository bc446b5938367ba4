import Testing

@testable import Query

@Suite struct SelectTests {
    static let columns: [(String, [SelectItem])] = [
        ("", []), ("*", [.all]),
        ("id", [.field(SelectField(field: Field(name: "id")))]),
        (
            " id , full name ",
            [
                .field(SelectField(field: Field(name: "id"))),
                .field(SelectField(field: Field(name: "full name"))),
            ]
        ),
        ("a:id", [.field(SelectField(field: Field(name: "id"), alias: "a"))]),
        ("id::text", [.field(SelectField(field: Field(name: "id"), cast: "text"))]),
        (
            "a:id::int8",
            [.field(SelectField(field: Field(name: "id"), alias: "a", cast: "int8"))]
        ),
        ("\"a,b\\\"c\"", [.field(SelectField(field: Field(name: "a,b\"c")))]),
        ("größe-x", [.field(SelectField(field: Field(name: "größe-x")))]),
        (
            "data->a->>b",
            [
                .field(
                    SelectField(
                        field: Field(
                            name: "data",
                            path: [
                                JSONStep(key: .name("a"), isText: false),
                                JSONStep(key: .name("b"), isText: true),
                            ])))
            ]
        ),
        (
            "data->-1",
            [
                .field(
                    SelectField(
                        field: Field(
                            name: "data", path: [JSONStep(key: .index(-1), isText: false)])))
            ]
        ),
        (
            "data->1a",
            [
                .field(
                    SelectField(
                        field: Field(
                            name: "data", path: [JSONStep(key: .name("1a"), isText: false)])))
            ]
        ),
        ("count()", [.field(SelectField(aggregate: .count))]),
        (
            "n:count()::text",
            [.field(SelectField(alias: "n", aggregate: .count, aggregateCast: "text"))]
        ),
        ("a.sum()", [.field(SelectField(field: Field(name: "a"), aggregate: .sum))]),
    ]

    @Test(arguments: columns)
    func `columns are read`(text: String, items: [SelectItem]) throws {
        #expect(try SelectParser.parse(text) == items)
    }

    static let id = SelectItem.field(SelectField(field: Field(name: "id")))
    static let embeds: [(String, SelectEmbed)] = [
        ("b(id)", SelectEmbed(target: "b", items: [id])),
        ("b(*)", SelectEmbed(target: "b", items: [.all])),
        ("b()", SelectEmbed(target: "b", items: [])),
        ("x:b(id)", SelectEmbed(target: "b", alias: "x", items: [id])),
        ("b!fk(id)", SelectEmbed(target: "b", hint: "fk", items: [id])),
        ("b!inner(id)", SelectEmbed(target: "b", join: .inner, items: [id])),
        ("b!left!fk(id)", SelectEmbed(target: "b", hint: "fk", join: .left, items: [id])),
        (
            "x:b!fk!inner(id)",
            SelectEmbed(target: "b", alias: "x", hint: "fk", join: .inner, items: [id])
        ),
        ("...b(id)", SelectEmbed(target: "b", isSpread: true, items: [id])),
        (
            "b(c(id))",
            SelectEmbed(target: "b", items: [.embed(SelectEmbed(target: "c", items: [id]))])
        ),
    ]

    @Test(arguments: embeds)
    func `embeds are read`(text: String, embed: SelectEmbed) throws {
        #expect(try SelectParser.parse(text) == [.embed(embed)])
    }

    @Test(arguments: [
        "id,", ",id", "b(", "b)", "b(id", "b!(id)", "b!a!b!c(id)", "id::", "a:", "a.total()", "...",
        "data->",
        "\"a", "a b c(", "id id2)", "b!inner!inner!x!y(id)",
        String(repeating: "a(", count: 40) + String(repeating: ")", count: 40),
    ])
    func `what is no select does not follow its grammar`(text: String) {
        #expect(throws: QueryFault.self) { try SelectParser.parse(text) }
    }

    @Test func `too many items are refused`() {
        let text = Array(repeating: "a", count: 2000).joined(separator: ",")
        #expect(throws: QueryFault.self) { try SelectParser.parse(text) }
    }
}
