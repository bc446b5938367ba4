import Diagnostics
import Store
import StoreSQLite
import TestSupport
import Testing
import Values

@testable import Expressions

/// Walks the table of functions: each must give the same in SQL and in memory for every list of
/// operands that it takes, nulls and extremes among them, or refuse them with the same code. A new
/// function is covered by its row.
@Suite(.blocking) struct FunctionAgreementTests {
    static let functions = Function.all.filter(\.isDeterministic)

    @Test(arguments: functions)
    func `a function means the same in SQL and in memory`(function: Function) throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let reader = try database.makeReader()
        for operands in function.parameters.samples {
            let call = Expression.call(function, operands.map(Expression.constant))
            let expected = result { () throws(Problem) in try inSQL(call, reader) }
            let found = result { () throws(Problem) in try inMemory(call) }
            #expect(expected == found, "\(function.name) of \(operands)")
        }
    }

    @Test func `every function has a name of its own, and rules find it by its spellings`() {
        #expect(Set(Function.all.map(\.name)).count == Function.all.count)
        for function in Function.all {
            for spelling in function.spellings {
                #expect(Function.spelled(spelling).contains(function))
            }
        }
    }

    private enum Answer: Equatable {
        case value(Value)
        case refused(String)
    }

    private func result(_ compute: () throws(Problem) -> Value) -> Answer {
        do throws(Problem) { return .value(try compute()) } catch { return .refused(error.code) }
    }

    private func inSQL(_ call: Expression, _ reader: SQLiteReader) throws(Problem) -> Value {
        var lowering = Lowering(
            model: Fixture.model("items"), naming: .aliases(new: "t", old: "o"))
        let sql = lowering.lower(call).written("SELECT ", "")
        return try worded { () throws(DatabaseError) in
            try reader.query(text: sql.text, arguments: sql.arguments) {
                (rows: inout Rows) throws(DatabaseError) in
                try rows.next() ? rows.value(0) : .null
            }
        }
    }

    private func inMemory(_ call: Expression) throws(Problem) -> Value {
        try Evaluator().value(
            call, Evaluator.Row(new: [], old: nil), Evaluation(context: .none))
    }
}

extension Function.Parameters {
    /// Lists of operands that a function with these parameters takes.
    var samples: [[Value]] {
        switch self {
        case .types(let types): Self.product(types)
        case .number(let kind):
            ColumnType.samples.filter(kind.holds).flatMap { Self.product([$0]) }
        case .alike(let counts, let isOrdered):
            ColumnType.samples.filter {
                ($0 != .json || !isOrdered) && [0, 2].contains($0.exactScale ?? 0)
            }.flatMap { type in
                (counts.lowerBound...min(counts.upperBound, 3)).flatMap { count in
                    Self.product([ColumnType](repeating: type, count: count))
                }
            }
        case .member: Self.product([.json, .text]) + Self.product([.json, .integer])
        case .cases:
            ColumnType.samples.filter { [0, 2].contains($0.exactScale ?? 0) }.flatMap { type in
                Self.product([.boolean, type, type])
            } + Self.product([.boolean, .integer, .boolean, .integer, .integer])
        }
    }

    /// Every combination of sample values of these types; of three, fewer values each.
    private static func product(_ types: [ColumnType]) -> [[Value]] {
        types.reduce([[]]) { lists, type in
            lists.flatMap { list in
                type.sampleValues.prefix(types.count > 2 ? 5 : .max).map { list + [$0] }
            }
        }
    }
}

extension ColumnType {
    /// One of each type; of decimals every scale.
    static let samples: [ColumnType] =
        [
            .text, .uuid, .timestamp, .date, .time, .integer, .integer32, .real, .boolean, .json,
            .bytes,
        ] + (1...decimalPrecisionMax).map { .decimal(precision: decimalPrecisionMax, scale: $0) }

    /// Values that a column of this type may hold: null, the extremes, and what is near them.
    var sampleValues: [Value] {
        let values: [Value] =
            switch self {
            case .text:
                [
                    "", " ", " a ", "aB", "É", "e\u{301}", "ß", "İᾈς", "true", "oFF", "1", "a\t",
                    "6F9619FF-8B86-D011-B42D-00C04FC964FF", "%_\\", "🐦",
                ].map { .text($0) }
            case .uuid: [.text("6f9619ff-8b86-d011-b42d-00c04fc964ff")]
            case .timestamp:
                [.text("2026-11-21T10:15:00.5+00:00"), .text("0001-01-01T00:00:00+00:00")]
            case .date: [.text("2026-11-21"), .text("9999-12-31")]
            case .time: [.text("10:15:00.5")]
            case .decimal, .integer:
                [0, 1, -1, 5, -5, 49, 50, 51, -50, 100, -149, 150, .max, .min, .min + 1].map {
                    .integer($0)
                }
            case .integer32: [0, -1, Int64(Int32.max), Int64(Int32.min)].map { .integer($0) }
            case .real:
                [
                    0, 0.5, 1.5, -0.5, -2.5, 1e300, -1e300, 4_503_599_627_370_495.5,
                    9_007_199_254_740_992, .infinity, -.infinity, .leastNonzeroMagnitude,
                ].map { .real($0) }
            case .boolean: [.integer(0), .integer(1)]
            case .json:
                (Pool.documents + ["1", "1.0", "null", "\"x\"", "[1,[2]]"]).map { .text($0) }
            case .bytes: [.blob([]), .blob([0, 255])]
            }
        return [.null] + values
    }
}
