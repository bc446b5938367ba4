import Diagnostics
import Testing

@testable import REST

@Suite struct SelectParserTests {
    static let columns: [(String, [SelectItem])] = [
        ("", []), ("*", [.all]),
        ("id", [.field(SelectField(field: FieldName(name: "id")))]),
        (
            " id , full name ",
            [
                .field(SelectField(field: FieldName(name: "id"))),
                .field(SelectField(field: FieldName(name: "full name"))),
            ]
        ),
        ("a:id", [.field(SelectField(field: FieldName(name: "id"), alias: "a"))]),
        ("id::text", [.field(SelectField(field: FieldName(name: "id"), cast: "text"))]),
        (
            "a:id::int8",
            [.field(SelectField(field: FieldName(name: "id"), alias: "a", cast: "int8"))]
        ),
        ("\"a,b\\\"c\"", [.field(SelectField(field: FieldName(name: "a,b\"c")))]),
        ("größe-x", [.field(SelectField(field: FieldName(name: "größe-x")))]),
        (
            "data->a->>b",
            [
                .field(
                    SelectField(
                        field: FieldName(
                            name: "data",
                            path: [
                                PathStep(operand: .key("a"), isText: false),
                                PathStep(operand: .key("b"), isText: true),
                            ])))
            ]
        ),
        (
            "data->-1",
            [
                .field(
                    SelectField(
                        field: FieldName(
                            name: "data", path: [PathStep(operand: .index(-1), isText: false)])))
            ]
        ),
        (
            "data->1a",
            [
                .field(
                    SelectField(
                        field: FieldName(
                            name: "data", path: [PathStep(operand: .key("1a"), isText: false)])))
            ]
        ),
        ("count()", [.field(SelectField(aggregate: .count))]),
        (
            "n:count()::text",
            [.field(SelectField(alias: "n", aggregate: .count, aggregateCast: "text"))]
        ),
        ("a.sum()", [.field(SelectField(field: FieldName(name: "a"), aggregate: .sum))]),
    ]

    @Test(arguments: columns)
    func `columns are read`(text: String, items: [SelectItem]) throws {
        #expect(try SelectParser.parse(text) == items)
    }

    static let id = SelectItem.field(SelectField(field: FieldName(name: "id")))
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
    func `what is no select is PGRST100`(text: String) {
        let problem = #expect(throws: Problem.self) { try SelectParser.parse(text) }
        #expect(problem?.code == "PGRST100" && problem?.status == 400)
    }

    @Test func `too many items are refused`() {
        let text = Array(repeating: "a", count: 2000).joined(separator: ",")
        #expect(throws: Problem.self) { try SelectParser.parse(text) }
    }
}

@Suite struct OrderTermTests {
    static let terms: [(String, [OrderTerm])] = [
        ("a", [OrderTerm(field: FieldName(name: "a"))]),
        ("a.desc", [OrderTerm(field: FieldName(name: "a"), descending: true)]),
        ("a.asc.nullsfirst", [OrderTerm(field: FieldName(name: "a"), nulls: .first)]),
        ("a.nullslast", [OrderTerm(field: FieldName(name: "a"), nulls: .last)]),
        (
            "a.desc,b",
            [
                OrderTerm(field: FieldName(name: "a"), descending: true),
                OrderTerm(field: FieldName(name: "b")),
            ]
        ),
        ("e(name).desc", [OrderTerm(embed: "e", field: FieldName(name: "name"), descending: true)]),
        (
            "d->>k.asc",
            [
                OrderTerm(
                    field: FieldName(
                        name: "d", path: [PathStep(operand: .key("k"), isText: true)]))
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
    func `what is no order is PGRST100`(text: String) {
        let problem = #expect(throws: Problem.self) { try OrderTerm.parse(text) }
        #expect(problem?.code == "PGRST100")
    }

    @Test func `nulls stand where PostgreSQL puts them`() {
        #expect(!OrderTerm(field: FieldName(name: "a")).nullsComeFirst)
        #expect(OrderTerm(field: FieldName(name: "a"), descending: true).nullsComeFirst)
        #expect(
            !OrderTerm(field: FieldName(name: "a"), descending: true, nulls: .last).nullsComeFirst)
    }
}
