import Diagnostics
import Schema
import Store
import StoreSQLite
import Testing
import Values

@testable import Expressions

/// SQLite 3.40 reads one decimal in some ten thousand as the double beside it: a constant of a rule
/// must be the same number in SQL as in memory all the same.
@Suite struct RealConstantTests {
    static let constants = [
        "0.1", "-0.1", "2.5", "1e15", "1e16", "7.5623e-06", "0.044563843282862",
        "5288037007.370646",
        "2.91e-11", "8.943962788345059e-299", "5.462632216004799e-300", "5e-324",
        "1.7976931348623157e308",
        "-6.938693098609143e-301", "2.2250738585072014e-308",
    ]

    @Test(arguments: constants)
    func `a real constant is the same number in SQL and in memory`(text: String) throws {
        let number = try #require(Double(text))
        let predicate = try compile("score = '\(text)'::float8").get()
        let values: [Value] = predicate.model.columns.map {
            $0.name == "score" ? .real(number) : .null
        }
        let row = RowInput(new: values, model: predicate.model)
        #expect(try predicate.evaluate(row, in: Evaluation(context: .none)) == true)
        let sql = predicate.condition(on: "t").written(
            "SELECT ", " FROM (SELECT ?7 AS score) AS t")
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let inSQL = try database.makeReader().query(text: sql.text, arguments: [.real(number)]) {
            rows throws(DatabaseError) in
            try rows.next() && rows.int64(0) != 0
        }
        #expect(inSQL, "\(sql.text)")
    }
}
