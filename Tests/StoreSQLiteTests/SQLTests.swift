import Store
import Testing
import Values

@testable import StoreSQLite

@Suite struct SQLTests {
    @Test func `arguments are numbered from seven, behind the context`() {
        var sql = SQL("select ")
        sql.append(identifier: "a\"b")
        sql.append(" = ")
        sql.append(argument: .integer(1), .integer)
        #expect(sql.bound.text == "select \"a\"\"b\" = ?7")
        #expect(sql.bound.arguments == [.integer(1)])
    }

    @Test func `the first argument follows all slots of the context`() {
        let last = ContextSlot.allCases.map(\.rawValue).max()
        #expect(last == ContextSlot.count)
    }

    @Test func `appended SQL continues the numbering outside of quotes`() {
        var first = SQL("a = ")
        first.append(argument: .text("x"), .text)
        var second = SQL(" and b = '?7' and \"c?7\" = ")
        second.append(argument: .text("y"), .text)
        second.append(" and d = ")
        second.append(argument: .text("z"), .text)
        first.append(second)
        #expect(
            first.bound.text
                == "a = ?7 and b = '?7' and \"c?7\" = ?8 and d = ?9")
        #expect(first.bound.arguments == [.text("x"), .text("y"), .text("z")])
    }

    @Test func `equality looks at bytes, not at Unicode equivalence`() {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        #expect(composed == decomposed)
        #expect(Value.text(composed) != Value.text(decomposed))
        #expect(Value.text("a").hashValue == Value.text("a").hashValue)
        #expect(Value.real(.nan) == Value.real(.nan))
        #expect(Value.real(-0.0).hashValue == Value.real(0.0).hashValue)
    }

    @Test(arguments: [0, 1, 126, 127, 300])
    func `wide objects are made in parts`(count: Int) {
        let layout = RowLayout((0..<count).map { ("c\($0)", .text) })
        var writer = StatementWriter(SQLiteDialect())
        layout.appendCall(to: &writer) { index, writer in writer.append("c\(index)") }
        let text = writer.statement.text
        let calls = text.split(separator: "apus_object(", omittingEmptySubsequences: false)
        #expect(calls.count - 1 == max(1, (count + 125) / 126))
        #expect(text.hasPrefix("apus_merge(") == (count > 126))
    }

    @Test func `a layout's argument cannot leave its literal`() {
        let layout = RowLayout([("it's", .decimal(precision: 5, scale: 2))])
        #expect(layout.functionArgument == "[\"it\\u0027s\",\"numeric(5,2)\"]")
    }
}
