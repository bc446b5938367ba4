import Diagnostics
import Testing
import Values

@testable import Query

@Suite struct ParameterTests {
    static func test(_ name: String, path: [JSONStep] = []) -> Filter {
        .test(
            FilterTest(
                field: Field(name: name, path: path), isNegated: false,
                operation: .comparison(.equal, .value("1")), operator: Operator.named("eq")!))
    }

    static let id = SelectItem.field(SelectField(field: Field(name: "id")))
    static let byID = [OrderTerm(field: Field(name: "id"))]

    static let parameters: [(String, String, Parameter)] = [
        ("select", "id", .select([id])),
        ("columns", #""title",author_id"#, .columns(["title", "author_id"])),
        ("on_conflict", "a", .onConflict(["a"])),
        ("order", "id", .order(path: [], byID)),
        ("a.order", "id", .order(path: ["a"], byID)),
        ("limit", "5", .limit(path: [], 5)), ("a.b.limit", "5", .limit(path: ["a", "b"], 5)),
        ("offset", "-2", .offset(path: [], 0)),
        ("or", "(a.eq.1)", .filter(path: [], .any([test("a")]))),
        ("a.and", "(x.eq.1)", .filter(path: ["a"], .all([test("x")]))),
        ("not.or", "(a.eq.1)", .filter(path: [], .not(.any([test("a")])))),
        ("a.b.not.and", "(x.eq.1)", .filter(path: ["a", "b"], .not(.all([test("x")])))),
        ("not.a.and", "(x.eq.1)", .filter(path: ["a"], .not(.all([test("x")])))),
        ("not.not.and", "(x.eq.1)", .filter(path: [], .all([test("x")]))),
        ("id", "eq.1", .filter(path: [], test("id"))),
        ("a.b.id", "eq.1", .filter(path: ["a", "b"], test("id"))),
        (#""order""#, "eq.1", .filter(path: [], test("order"))),
        (#""a.b".id"#, "eq.1", .filter(path: ["a.b"], test("id"))),
        (#""a.b""#, "eq.1", .filter(path: [], test("a.b"))),
        (#"a."or""#, "eq.1", .filter(path: ["a"], test("or"))),
        ("größe-x", "eq.1", .filter(path: [], test("größe-x"))),
        (
            "data->>k", "eq.1",
            .filter(path: [], test("data", path: [JSONStep(key: .name("k"), isText: true)]))
        ),
        (
            "a.data->b-c->-1", "eq.1",
            .filter(
                path: ["a"],
                test(
                    "data",
                    path: [
                        JSONStep(key: .name("b-c"), isText: false),
                        JSONStep(key: .index(-1), isText: false),
                    ]))
        ),
    ]

    @Test(arguments: parameters)
    func `a parameter is read once, into what it says`(
        name: String, value: String, parameter: Parameter
    ) throws {
        #expect(try Parameter(name: name, value: value) == parameter)
    }

    @Test(arguments: [("limit", "x"), ("offset", ""), ("a.limit", "1.5")])
    func `a window that is no number says nothing`(name: String, value: String) throws {
        #expect(try Parameter(name: name, value: value) == nil)
    }

    static let refusals: [(String, String, String)] = [
        ("columns", "", "PGRST100"), ("columns", "a,", "PGRST100"), ("limit", "-1", "PGRST103"),
        ("a b-", "eq.1", "PGRST100"), ("a--b", "eq.1", "PGRST100"), ("", "eq.1", "PGRST100"),
        (#""a"#, "eq.1", "PGRST100"), ("a.", "eq.1", "PGRST100"), ("data->", "eq.1", "PGRST100"),
        ("data->a--b", "eq.1", "PGRST100"), (#"data->"a"#, "eq.1", "PGRST100"),
        ("data->>a->b", "eq.1", "42883"),
        ("data" + String(repeating: "->a", count: 33), "eq.1", "PGRST100"),
    ]

    @Test(arguments: refusals)
    func `a parameter that cannot be read is refused with its code`(
        name: String, value: String, code: String
    ) {
        let fault = #expect(throws: QueryFault.self) { try Parameter(name: name, value: value) }
        #expect(fault.map { Problem($0).code } == code)
    }
}
