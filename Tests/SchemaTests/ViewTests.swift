import Diagnostics
import Store
import Testing
import Values

@testable import Schema

/// Models with `view`: what they may say, what their SQL names, and what is made of both.
@Suite struct ViewTests {
    static let authors = """
        {"properties": {"id": {"type": "integer"}, "name": {"type": "string"}}, "access": {}}
        """
    static let books = """
        {"softDelete": true, "properties": {"id": {"type": "integer"}, "author_id": {"type":
         "integer", "references": {"model": "authors", "inverse": "books"}}}, "access": {}}
        """
    static let totals = #"""
        {"view": "totals.sql", "primaryKey": ["author_id"], "properties": {"author_id": {"type":
         "integer", "references": {"model": "authors", "as": "author", "inverse": "total"}},
         "books": {"type": "integer"}}, "access": {"read": true}}
        """#
    static let select = """
        SELECT author_id, count(*) AS books FROM books GROUP BY author_id
        """

    /// A project of these files, others or without some.
    static func files(_ more: [String: String?]) -> [(path: String, contents: [UInt8])] {
        var files: [String: String?] = [
            "authors.json": authors, "books.json": books, "totals.json": totals,
            "totals.sql": select,
        ]
        for (name, text) in more { files.updateValue(text, forKey: name) }
        return files.compactMap { name, text in
            text.map { ("Schemas/models/\(name)", Array($0.utf8)) }
        }
    }

    static func catalogue(_ more: [String: String?] = [:]) throws -> Catalogue {
        try Catalogue(parsing: files(more))
    }

    @Test func `a view is a model that is no table`() throws {
        let catalogue = try Self.catalogue()
        #expect(catalogue.views.map(\.name) == ["totals"])
        #expect(catalogue.tables.map(\.name) == ["authors", "books"])
        let totals = try #require(catalogue.model("totals"))
        #expect(totals.isView && totals.columns.map(\.name) == ["author_id", "books"])
        #expect(totals.primaryKey == [0] && totals.modelsRead == ["books"])
        #expect(totals.indexes.isEmpty && totals.table.references.isEmpty)
        let query = try #require(totals.table.query)
        #expect(query.text == Self.select)
        #expect(query.tables.first?.deletedAt == 2, "deleted rows are not in it")
    }

    @Test func `references of views are relations, and no foreign keys`() throws {
        let authors = try #require(try Self.catalogue().model("authors"))
        let way = try #require(authors.relationships.first { $0.alias == "total" })
        #expect(way.target == "totals" && way.kind == .oneToOne)
        #expect(authors.table.dependents.map(\.other) == ["books"])
    }

    @Test func `a view without a key has none`() throws {
        let model = Self.totals.replacing(#""primaryKey": ["author_id"], "#, with: "")
        let totals = try #require(try Self.catalogue(["totals.json": model]).model("totals"))
        #expect(totals.primaryKey.isEmpty && totals.columns.count == 2)
        #expect(totals.columns.allSatisfy { $0.isNullable })
    }

    @Test func `a view reads others`() throws {
        let catalogue = try Self.catalogue([
            "best.json": #"""
            {"view": "best.sql", "properties": {"author_id": {"type": "integer"}}, "access": {}}
            """#,
            "best.sql": "select author_id from Totals t, (select 1) x where books > 1; -- two\n",
        ])
        let best = try #require(catalogue.model("best")?.table.query)
        #expect(best.sources.count == 1 && best.tables.map(\.table) == ["books"])
        #expect(best.text == "select author_id from Totals t, (select 1) x where books > 1")
    }

    // MARK: Faults

    struct Fault: Sendable, CustomTestStringConvertible {
        let more: [String: String?]
        let told: String
        var testDescription: String { told }

        /// - Parameter word: stands before the properties of the view.
        init(_ word: String, _ told: String) {
            more = [
                "totals.json": ViewTests.totals.replacing(#"{"view""#, with: "{\(word), \"view\"")
            ]
            self.told = told
        }

        init(property word: String, _ told: String) {
            more = [
                "totals.json": ViewTests.totals.replacing(
                    #""books": {"#, with: "\"books\": {\(word), ")
            ]
            self.told = told
        }

        init(select: String?, _ told: String) {
            more = ["totals.sql": select]
            self.told = told
        }

        init(more: [String: String?], _ told: String) {
            (self.more, self.told) = (more, told)
        }
    }

    static let words = [
        Fault(#""unique": [["books"]]"#, "totals.json:1:2: a view has no \"unique\""),
        Fault(#""indexes": [{"on": ["books"]}]"#, "a view has no \"indexes\""),
        Fault(#""checks": {"a": "books > 1"}"#, "a view has no \"checks\""),
        Fault(#""realtime": true"#, "a view has no \"realtime\": publish the models"),
        Fault(#""softDelete": true"#, "a view has no \"softDelete\""),
        Fault(property: #""default": 1"#, "a view has no \"default\": its values"),
        Fault(property: #""onUpdate": {"$expr": "1"}"#, "a view has no \"onUpdate\""),
        Fault(property: #""identity": true"#, "a view has no \"identity\""),
        Fault(property: #""readOnly": true"#, "a view has no \"readOnly\""),
        Fault(property: #""minimum": 1"#, "a view has no \"minimum\": its values"),
        Fault(property: #""access": {"update": true}"#, "a view has no \"update\": it can only"),
        Fault(
            more: ["totals.json": totals.replacing(#""read": true"#, with: #""all": true"#)],
            "a view has no \"all\": it can only be read; write \"read\""),
        Fault(
            more: [
                "totals.json": totals.replacing(
                    #""as": "author""#, with: #""onDelete": "cascade""#)
            ], "a view has no \"onDelete\""),
        Fault(
            more: ["totals.json": totals.replacing("totals.sql", with: "../totals.sql")],
            "names a file beside the model file, without a folder"),
        Fault(
            more: ["totals.json": totals.replacing("totals.sql", with: "totals.txt")],
            "names a file whose name ends with .sql"),
        Fault(
            more: ["totals.json": totals.replacing("totals.sql", with: "total.sql")],
            "there is no file \"Schemas/models/total.sql\"; did you mean \"totals.sql\"?"),
        Fault(
            more: ["more.sql": "select 1"],
            "more.sql:1:1: no model has this file as its \"view\""),
        Fault(
            more: [
                "books.json": books.replacing(
                    #""model": "authors", "inverse": "books""#, with: #""model": "totals""#)
            ], "\"totals\" is a view, and rows refer to stored ones"),
    ]

    static let texts = [
        Fault(select: "", "totals.sql:1:1: the file holds no SELECT"),
        Fault(select: "-- nothing\n;", "the file holds no SELECT"),
        Fault(select: "\n  DELETE FROM books", "totals.sql:2:3: a view is a SELECT"),
        Fault(select: "select 1; select 2", "totals.sql:1:9: a view is one SELECT"),
        Fault(select: "select 1) union (select 2", "totals.sql:1:9: this parenthesis closes none"),
        Fault(select: "select (1", "a parenthesis is not closed"),
        Fault(select: "select 1 from public.books", "totals.sql:1:15: a view names what it reads"),
        Fault(select: "select 1 from [books]", "totals.sql:1:15: a view names what it reads bare"),
        Fault(select: "select 1 from `books`", "totals.sql:1:15: a view names what it reads bare"),
        Fault(select: "select 1 from 'books'", "totals.sql:1:15: a view names what it reads bare"),
        Fault(select: "select 1 from main.[books]", "totals.sql:1:19: a view names what it reads"),
        Fault(select: "select 1 from U&\"books\"", "totals.sql:1:16: a view names what it reads"),
        Fault(select: "select 1 from _apus_users", "totals.sql:1:15: a view reads models, and"),
        Fault(select: "select 1 from books, sqlite_schema", "\"sqlite_schema\" is not one"),
        Fault(select: "select 1 from books join (pg_class) on true", "\"pg_class\" is not one"),
        Fault(
            more: [
                "totals.sql": "select * from best",
                "best.sql": "select * from books b join totals on true",
                "best.json": totals.replacing("totals.sql", with: "best.sql").replacing(
                    #", "inverse": "total""#, with: ""),
            ], "the views \"best\", \"totals\" read each other in a circle"),
    ]

    @Test(arguments: words + texts) func `faults are told`(fault: Fault) throws {
        let failure = #expect(throws: SchemaFailure.self) { try Self.catalogue(fault.more) }
        let told = failure?.diagnostics.map(\.description) ?? []
        #expect(told.count == 1 && told[0].contains(fault.told), "\(told)")
    }

    @Test(arguments: [
        "SELECT author_id, extract(year from x) AS books FROM books",
        "SELECT author_id, trim(both 'A' from b.title) AS books FROM books AS b",
        "SELECT author_id, extract(year from b.at) AS books FROM books AS b",
        "SELECT author_id, b.x IS NOT DISTINCT FROM b.y AS books FROM books AS b",
        "SELECT author_id, trim((SELECT a.name FROM authors AS a)) AS books FROM books AS b",
        "SELECT author_id, 1 AS books FROM books WHERE 'a;b' <> \"totals\" -- ; x",
        "SELECT author_id, books FROM json_each('[]'), books AS best",
        "WITH x AS (SELECT 1) SELECT author_id, 1 AS books FROM x, books",
        "VALUES (1, 2)",
        "(SELECT author_id, 1 AS books FROM books)",
    ])
    func `what the engine is to judge is left to it`(select: String) throws {
        #expect(throws: Never.self) { try Self.catalogue(["totals.sql": select]) }
    }

    @Test func `seeds give a view no rows`() throws {
        let seeds = ("Schemas/seeds/demo.json", Array(#"{"totals": [{"books": 1}]}"#.utf8))
        let failure = #expect(throws: SchemaFailure.self) {
            try Catalogue(parsing: Self.files([:]) + [seeds])
        }
        #expect(failure?.diagnostics.first?.message.contains("is a view: give rows to") == true)
    }
}
