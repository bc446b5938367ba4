import PostgresTestSupport
import Store
import StorePostgres
import StorePostgresTestSupport
import TestSupport
import Testing
import Values

/// Our functions in the database mean what those of memory mean.
@Suite(.blocking, .needsPostgres) struct DatabaseFunctionTests {
    private func value(
        _ database: SampleDatabase, _ function: StoreFunction, _ operands: [(Value, ColumnType)]
    ) throws -> Value {
        let call = ValueExpression.call(function, operands.map { .argument($0.0, $0.1) })
        let sql = database.dialect.text(of: SelectStatement([.init(call)], from: []))
        return try database.rows(of: sql, as: sql.columns)[0][0]
    }

    @Test func `every letter has the case that it has in memory`() throws {
        let database = try SampleDatabase()
        let text = String(
            String.UnicodeScalarView((1..<0x2_0000).compactMap { Unicode.Scalar($0) }))
        let lower = try value(database, .lower, [(.text(text), .text)])
        #expect(lower == .text(TextFunctions.lower(text)))
        let upper = try value(database, .upper, [(.text(text), .text)])
        #expect(upper == .text(TextFunctions.upper(text)))
    }

    @Test func `no letter stands beyond those`() {
        let rest = (0x2_0000...0x10_FFFF).compactMap { Unicode.Scalar(UInt32($0)) }
        let text = String(String.UnicodeScalarView(rest))
        #expect(TextFunctions.lower(text) == text && TextFunctions.upper(text) == text)
    }

    @Test(arguments: [
        "ΑΣ", "ΑΣ Σ.", "İi ıI", "ßẞ ſK", "ǅ ǆ Ǆ", "ABC", "", "日本語 É", "Ⴀ ა Ა Ꭰ ꭰ",
    ])
    func `letters look at no neighbour`(text: String) throws {
        let database = try SampleDatabase()
        let lower = try value(database, .lower, [(.text(text), .text)])
        let upper = try value(database, .upper, [(.text(text), .text)])
        #expect(lower == .text(TextFunctions.lower(text)))
        #expect(upper == .text(TextFunctions.upper(text)))
        #expect(try value(database, .lower, [(.null, .text)]) == .null)
    }

    @Test func `patterns fit as they do in memory`() throws {
        let database = try SampleDatabase()
        var random = SeededGenerator(seed: 11)
        let pieces = [
            "a", "B", "%", "_", "\\%", "\\_", "\\\\", "É", "e\u{301}", "σ", "Σ", "ς", "日",
        ]
        func draw(_ pieces: [String]) -> String {
            (0..<Int.random(in: 0..<6, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
        }
        for _ in 0..<400 {
            let pattern = draw(pieces)
            let text = draw(pieces.map { $0.count > 1 ? String($0.dropFirst()) : $0 })
            for ignoresCase in [false, true] {
                let like = ValueExpression.like(
                    .argument(.text(text), .text), pattern: .argument(.text(pattern), .text),
                    ignoresCase: ignoresCase)
                let sql = database.dialect.text(of: SelectStatement([.init(like)], from: []))
                let fits = try LikePattern(pattern, ignoresCase: ignoresCase).matches(text)
                #expect(
                    try database.rows(of: sql, as: [.boolean]) == [[Value(fits)]],
                    "\(text) like \(pattern)")
            }
        }
    }

    static let documents = [
        "null", "1", "\"x\"", "true", "[]", "{}", "[1,\"a\",null,[2, 3],{\"b\":\": ,\"}]",
        #"{"a":"x: \" , y","b":[1, 2.50,{"c":": "}],"é, ":null,"":0,"0":1,"\\":"\\\\\", \""}"#,
    ]

    @Test(arguments: documents)
    func `members are found and read as in memory`(document: String) throws {
        let database = try SampleDatabase()
        let json = try #require(ColumnType.json.text(of: ColumnType.json.parse(document)))
        for key in ["a", "b", "é, ", "", "0", "\\", "none"] {
            let operands: [(Value, ColumnType)] = [(.text(json), .json), (.text(key), .text)]
            #expect(
                try value(database, .jsonMember, operands)
                    == Value(TextFunctions.member(of: json, at: .text(key), as: TextFunctions.json)))
            #expect(
                try value(database, .jsonMemberText, operands)
                    == Value(TextFunctions.member(of: json, at: .text(key), as: TextFunctions.text)))
        }
        for index: Int64 in [0, 1, -1, 3, 4, -5, -6, 99, .max, .min, Int64(Int32.min)] {
            let operands: [(Value, ColumnType)] = [
                (.text(json), .json), (.integer(index), .integer),
            ]
            #expect(
                try value(database, .jsonMember, operands)
                    == Value(TextFunctions.member(of: json, at: .integer(index), as: TextFunctions.json)))
            #expect(
                try value(database, .jsonMemberText, operands)
                    == Value(TextFunctions.member(of: json, at: .integer(index), as: TextFunctions.text)))
        }
    }

    @Test func `they can be installed again, and in another schema`() throws {
        let database = try SampleDatabase()
        try database.client.execute("CREATE SCHEMA \"o'ther\"\"\"")
        for function in DatabaseFunction.all {
            try database.client.execute(function.statement())
            try database.client.execute(function.statement(schema: "o'ther\""))
        }
        #expect(try database.client.value("SELECT \"o'ther\"\"\".lower('É')") == "é")
    }
}
