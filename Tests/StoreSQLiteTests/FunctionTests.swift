import Diagnostics
import Store
import StoreSQLite
import Testing
import Values

@Suite struct FunctionTests {
    static let likes: [(String, String, Bool, Bool)] = [
        ("abc", "abc", true, true), ("abc", "ABC", false, true), ("abc", "a%", true, true),
        ("abc", "%c", true, true), ("abc", "%b%", true, true), ("abc", "_b_", true, true),
        ("abc", "a_", false, false), ("", "", true, true), ("", "%", true, true),
        ("", "_", false, false), ("a%c", "a\\%c", true, true), ("abc", "a\\%c", false, false),
        ("a_c", "a\\_c", true, true), ("a\\c", "a\\\\c", true, true),
        ("ÅSE", "åse", false, true), ("é!", "_!", true, true), ("日本語", "__語", true, true),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaab", "%a%a%a%a%a%a%a%a%c", false, false),
        ("mississippi", "m%iss%ip_i", true, true), ("aab", "a%ab", true, true),
        ("ab", "ab%b", false, false), ("ab", "a%ab", false, false), ("aba", "%a%a%", true, true),
        ("a", "%a%a%", false, false), ("日本語", "%_本_%", true, true), ("日本", "_%__", false, false),
        ("日本", "_%_", true, true), ("aabaaab", "%aaab%", true, true), ("x%y", "%\\%%", true, true),
        ("éa", "%_a%", true, true), ("éa", "%__a%", false, false), ("ab", "%%", true, true),
        ("ababac", "%abac", true, true), ("ababab", "%_b_b%b", true, true),
        ("a\nb", "a%b", true, true),
        // As PostgreSQL 18 answers with the collation pg_c_utf8.
        ("ΣΑΣ", "σας", false, false), ("ΣΑΣ", "σασ", false, true), ("İx", "_x", true, true),
        ("İ", "i", false, true), ("ß", "SS", false, false), ("ẞ", "ß", false, true),
        ("\u{212A}", "k", false, true), ("ᾈ", "ᾀ", false, true), ("aİb", "A%B", false, true),
    ]

    @Test(arguments: likes)
    func `LIKE and ILIKE agree in Swift and in SQL`(
        text: String, pattern: String, like: Bool, ilike: Bool
    ) throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        #expect(try LikePattern(pattern, ignoresCase: false).matches(text) == like)
        #expect(try LikePattern(pattern, ignoresCase: true).matches(text) == ilike)
        let row = try database.makeReader().all(
            "SELECT apus_like(?7, ?8), apus_ilike(?7, ?8)", .text(text), .text(pattern))
        #expect(row == [[Value(like), Value(ilike)]])
    }

    /// Nothing interrupts a comparison: a row with a long text and a long pattern stopped a loop.
    @Test(.timeLimit(.minutes(10)))
    func `a long text and a long pattern are compared in linear time`() throws {
        let text = String(repeating: "a", count: 1_000_000)
        let long = String(repeating: "a", count: 40_000)
        for pattern in ["%\(long)b%", "%\(long)b", "\(long)b%", "%a%\(long)b%a", "%_\(long)b"] {
            #expect(try !LikePattern(pattern, ignoresCase: false).matches(text))
        }
        #expect(try LikePattern("%\(long)%\(long)%", ignoresCase: true).matches(text))
        let problem = #expect(throws: Problem.self) {
            try LikePattern("%_\(long)b%", ignoresCase: false).matches(text)
        }
        #expect(problem?.code == "54001")
    }

    /// Two arrays of 30 MB, each within the bound of one answer.
    @Test func `all arrays of a statement are counted together`() throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let reader = try database.makeReader()
        let rows = { (count: Int) in
            """
            WITH RECURSIVE c(i, t) AS (SELECT 1, printf('%.*c', 1000000, 'x')
              UNION ALL SELECT i + 1, t FROM c WHERE i < \(count))
            SELECT length(a), length(b)
            FROM (SELECT (SELECT apus_array(t) FROM c) AS a, (SELECT apus_array(t) FROM c) AS b)
            """
        }
        let error = #expect(throws: DatabaseError.self) {
            try reader.query(text: rows(30), arguments: [], budget: .timeout(.seconds(60))) {
                (rows) throws(DatabaseError) in try rows.next()
            }
        }
        #expect(error.map { Problem($0).code } == "54000")
        #expect(try reader.all(rows(1)) == [[.integer(1_000_002), .integer(1_000_002)]])
    }

    @Test func `a pattern must not end in an escape`() throws {
        let problem = #expect(throws: Problem.self) {
            try LikePattern("a\\", ignoresCase: false)
        }
        #expect(problem?.code == "22025")
    }

    static let calls: [(String, Value)] = [
        ("apus_lower('ÅB')", "åb"), ("apus_upper('åb')", "ÅB"), ("apus_lower(NULL)", .null),
        ("apus_length('日本e')", .integer(3)), ("apus_length('')", .integer(0)),
        ("apus_length(NULL)", .null), ("apus_like(NULL, 'a')", .null),
        ("apus_json_get('{\"a\":{\"b\":\"x\"}}', 'a')", "{\"b\":\"x\"}"),
        ("apus_json_get('{\"a\":\"x\"}', 'a')", "\"x\""),
        ("apus_json_text('{\"a\":\"x\\n\"}', 'a')", "x\n"),
        ("apus_json_text('{\"a\":null}', 'a')", .null),
        ("apus_json_get('{\"a\":null}', 'a')", "null"),
        ("apus_json_text('{\"a\":1.50}', 'a')", "1.50"),
        ("apus_json_get('{\"a\":1}', 'b')", .null), ("apus_json_get('[1,2]', 'a')", .null),
        ("apus_json_get('[1,2,3]', 0)", "1"), ("apus_json_get('[1,2,3]', -1)", "3"),
        ("apus_json_get('[1,2,3]', 3)", .null), ("apus_json_get('[1,2,3]', -4)", .null),
        ("apus_json_get('{\"0\":1}', 0)", .null), ("apus_json_get('{\"0\":1}', '0')", "1"),
        ("apus_json_get('5', 0)", .null), ("apus_json_get(NULL, 'a')", .null),
        ("apus_json_get('not json', 'a')", .null),
        (
            "apus_json_key('{\"a\":[1.50,-0.0,100,1E+2,\"1.0\"]}')",
            "{\"a\":[15e-1,0,1e2,1e2,\"1.0\"]}"
        ),
        ("apus_json_key('-0.0012e3')", "-12e-1"), ("apus_json_key(NULL)", .null),
        ("apus_json_key('\"a\\\"1.0')", "\"a\\\"1.0"), ("apus_json_key('1e')", "1"),
        ("apus_json_text(apus_json_get('{\"a\":{\"b\":\"x\"}}', 'a'), 'b')", "x"),
        ("apus_merge('{\"a\":1}', '{}', '{\"b\":2}')", "{\"a\":1,\"b\":2}"),
        ("apus_merge('{}')", "{}"),
        ("(SELECT apus_array(x) FROM (SELECT 1 AS x WHERE false))", "[]"),
        ("(SELECT apus_array(x) FROM (SELECT '{}' AS x UNION ALL SELECT NULL))", "[{},null]"),
        ("apus_object('[\"a\",\"float8\"]', 49.0)", "{\"a\":49}"),
        ("apus_object('[\"a\",\"bytea\"]', x'00ff')", "{\"a\":\"\\\\x00ff\"}"),
        ("json_object('n', apus_object('[\"a\",\"int8\"]', 1))", "{\"n\":{\"a\":1}}"),
    ]

    @Test(arguments: calls)
    func `a function answers as PostgreSQL does`(expression: String, value: Value) throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        #expect(try database.makeReader().all("SELECT \(expression)") == [[value]])
    }

    @Test func `objects of more layouts than are kept are right, and so are those of before`()
        throws
    {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let reader = try database.makeReader()
        for number in Array(0..<300) + [0, 1, 0] {
            let key = "k\(number)"
            let rows = try reader.all("SELECT apus_object('[\"\(key)\",\"int8\"]', \(number))")
            #expect(rows == [[.text("{\"\(key)\":\(number)}")]])
        }
    }

    @Test(arguments: [
        "apus_object('x')", "apus_object('[\"a\",\"int8\"]')", "apus_like('a', 'b\\')",
    ])
    func `a wrong call fails the query, not the server`(expression: String) throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        #expect(throws: DatabaseError.self) {
            try database.makeReader().all("SELECT \(expression)")
        }
    }
}
