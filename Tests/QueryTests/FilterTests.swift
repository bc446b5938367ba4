import Diagnostics
import Testing
import Values

@testable import Query

@Suite struct FilterTests {
    static let operations: [(String, FilterTest.Operation)] = [
        ("eq.x", .comparison(.equal, .value("x"))),
        ("eq.", .comparison(.equal, .value(""))),
        (#"eq."x""#, .comparison(.equal, .value(#""x""#))),
        ("eq.a,b.c(d", .comparison(.equal, .value("a,b.c(d"))),
        ("lte.1", .comparison(.lessOrEqual, .value("1"))),
        ("like.a*_", .like(ignoresCase: false, .value("a%_"))),
        ("ilike(any).{a*,b}", .like(ignoresCase: true, .array(["a%", "b"], .any))),
        (
            #"eq(all).{1,"b \" c",NULL,null}"#,
            .comparison(.equal, .array(["1", "b \" c", nil, nil], .all))
        ),
        ("eq(any).{}", .comparison(.equal, .array([], .any))),
        ("isdistinct.x", .distinct("x")),
        ("in.( a, b )", .membership(["a", " b "])),
        ("in.()", .membership([])), ("in.(  )", .membership([])),
        (#"in.(a b ,"c,d",")"#, .membership(["a b ", "c,d", "\""])),
        (#"in.("a\"b","c"d)"#, .membership([#"a"b"#, #""c"d"#])),
        ("is.null", .state(.null)), ("is.NOT_NULL", .state(.notNull)),
        ("is.unknown", .state(.unknown)),
    ]

    @Test(arguments: operations)
    func `an operator and its operand are read`(
        text: String, operation: FilterTest.Operation
    ) throws {
        for (prefix, isNegated) in [("", false), ("not.", true)] {
            let parameter = try Parameter(name: "a", value: prefix + text)
            guard case .filter([], .test(let test))? = parameter else {
                Issue.record("\(String(describing: parameter))")
                return
            }
            #expect(test.operation == operation && test.isNegated == isNegated)
        }
    }

    @Test func `in a group a comma or a parenthesis ends a value`() throws {
        func read(_ text: String) throws -> [String] {
            guard case .filter(_, .any(let parts))? = try Parameter(name: "or", value: text) else {
                return []
            }
            return parts.compactMap {
                if case .test(let test) = $0,
                    case .comparison(_, .value(let value)) = test.operation
                {
                    value
                } else {
                    nil
                }
            }
        }
        #expect(try read("(a.eq.x ,a.eq. y)") == ["x ", " y"])
        #expect(try read(#"( a.eq."x,y",a.eq."z)")"#) == ["x,y", "z)"])
        #expect(try read(#"(a.eq."x"y,a.eq.")"#) == [#""x"y"#, "\""])
        #expect(try read("(a.eq.{1,2},a.eq.3)") == ["{1,2}", "3"])
    }

    static let refusals: [(String, String, String, String)] = [
        ("a", "x", "PGRST100", "unexpected \"x\" expecting operator"),
        ("a", "", "PGRST100", "end of input"),
        ("a", "equ.x", "PGRST100", "Perhaps you meant the operator 'eq'."),
        ("a", "eq", "PGRST100", "\".\" after the operator"),
        ("a", "eq().x", "PGRST100", "(any) or (all)"),
        ("a", "neq(any).{x}", "PGRST100", "\".\" after the operator"),
        ("a", "is.nil", "PGRST100", "null, not_null"),
        ("a", "in.(a", "PGRST100", "\")\""), ("a", "in.a", "PGRST100", "\"(\" and a list"),
        ("a", "in.(a)b", "PGRST100", "the end"),
        ("or", "()", "PGRST100", "a column's name"), ("or", "(n.eq.1", "PGRST100", "\")\""),
        ("or", "n.eq.1", "PGRST100", "or=(a.eq.1,b.eq.2)"),
        ("or", "(n.eq.1)x", "PGRST100", "the end"),
        ("a", "fts.cat", "PGRST127", "Full-text search is not built yet."),
        ("a", "fts(english).cat", "PGRST127", "Full-text search is not built yet."),
        ("a", "cs.{}", "PGRST127", "contains"),
        ("a", "match.^a", "PGRST127", "regular expression"),
        ("a", "match(any).{a}", "PGRST127", "regular expression"),
        ("a", "eq(any).1", "22P02", "malformed array literal: \"1\""),
        ("a", "eq(any).{1,{2}}", "22P02", "malformed array literal"),
    ]

    @Test(arguments: refusals)
    func `what is no filter is told so`(
        name: String, value: String, code: String, told: String
    ) {
        let fault = #expect(throws: QueryFault.self) { try Parameter(name: name, value: value) }
        guard let problem = fault.map(Problem.init) else { return }
        #expect(problem.code == code)
        #expect(problem.description.contains(told), "\(problem)")
    }

    @Test func `groups nest to a depth, and nothing deeper costs more`() throws {
        func nested(_ depth: Int) -> String {
            (0..<depth).reduce("n.eq.1") { inner, level in
                "\(level.isMultiple(of: 2) ? "or" : "and")(n.eq.\(level),\(inner))"
            }
        }
        #expect(throws: Never.self) { try Parameter(name: "and", value: "(\(nested(63)))") }
        #expect(throws: QueryFault.self) { try Parameter(name: "and", value: "(\(nested(64)))") }
        #expect(throws: QueryFault.self) {
            try Parameter(name: "or", value: String(repeating: "(", count: 100_000))
        }
        let list = (0...QueryLimits.valuesMax).map(String.init).joined(separator: ",")
        #expect(throws: QueryFault.self) { try Parameter(name: "a", value: "in.(\(list))") }
        #expect(throws: QueryFault.self) { try Parameter(name: "a", value: "eq(any).{\(list)}") }
    }
}

@Suite struct OperatorTests {
    @Test func `every operator is one row, and the parser knows each`() {
        #expect(Set(Operator.all.map(\.word)).count == Operator.all.count)
        for row in Operator.all {
            let operand = row.word == "in" ? "(1)" : row.word == "is" ? "null" : "1"
            let fault: QueryFault?
            do throws(QueryFault) {
                _ = try Parameter(name: "a", value: "\(row.word).\(operand)")
                fault = nil
            } catch {
                fault = error
            }
            switch row.meaning {
            case .unbuilt(let what): #expect(fault == .notBuilt(what))
            case .comparison, .like, .membership, .state, .distinct: #expect(fault == nil)
            }
        }
    }
}
