import Diagnostics
import Expressions
import HTTP
import PostgresTestSupport
import Quotas
import Schema
import Store
import StorePostgres
import StorePostgresTestSupport
import StoreSQLite
import Testing
import Values

@testable import REST

/// The same rows in both engines, and the same requests: the answers are the same, byte by byte.
@Suite(.fewAtOnce, .needsPostgres) struct PostgresReadTests {
    /// Columns of every type.
    static let items = [
        "items": """
        {"properties": {
           "id": {"type": "integer", "identity": true},
           "small": {"type": "integer", "format": "int32"}, "title": {"type": "string"},
           "key": {"type": "string", "format": "uuid"},
           "made": {"type": "string", "format": "date-time"},
           "day": {"type": "string", "format": "date"}, "hour": {"type": "string", "format": "time"},
           "price": {"type": "string", "format": "decimal", "precision": 12, "scale": 2},
           "score": {"type": "number"}, "flag": {"type": "boolean"}, "data": {"type": "object"},
           "picture": {"type": "string", "format": "byte"},
           "parent_id": {"type": "integer",
                         "references": {"model": "items", "as": "parent", "inverse": "children"}}},
         "access": {"all": true}}
        """
    ]

    static let itemRows = [
        #"INSERT INTO items VALUES (1, -5, 'a"\/é😀', '6f9619ff-8b86-d011-b42d-00c04fc964ff', "#
            + #"'2026-11-21T10:15:00.12+00:00', '2026-11-21', '10:15:00.5', 1050, 0.1, 1, "#
            + #"'{"a":[1,{"b":": , "}],"c":null,"d":{"e":null}}', x'00ff', NULL)"#,
        "INSERT INTO items (id, parent_id) VALUES (2, 1)",
        "INSERT INTO items VALUES (3, 2147483647, '', '00000000-0000-0000-0000-000000000000', "
            + "'0001-01-01T00:00:00+00:00', '9999-12-31', '00:00:00', -1, 1e21, 0, '{}', x'', 1)",
        "INSERT INTO items (id, small, title, price, score, parent_id) "
            + "VALUES (4, 0, 'Ä', 999999999999, -0.5, 3), (5, 7, 'b%_', 100, 3.0, 3)",
    ]

    /// Both engines with the rows of a library in them.
    final class Twins {
        let library: Library
        let postgres: ReaderUser
        private let rules: Rulebook

        init(_ models: [String: String], _ data: [String]) throws {
            library = try Library(models: models, data: data)
            rules = try Rulebook.compile(library.catalogue)
            let database = try SampleDatabase()
            for model in library.catalogue.modelsByDependency {
                try database.make(model.table, try Library.rows(of: model, in: library.database))
            }
            postgres = try ReaderUser(database.database)
        }

        /// The query of a request in an engine's dialect.
        private func query(
            _ request: Request, _ identity: Identity, _ dialect: any Dialect
        ) throws -> ReadQuery {
            let parsed = try ApiRequest(request, table: request.rawPath.dropFirst(), masked: [])
            var planner = Planner(
                catalogue: library.catalogue,
                permissions: Permissions(
                    rulebook: rules, identity: identity,
                    context: identity.context(now: PostgresReadTests.now)),
                settings: RESTSettings(), dialect: dialect)
            return try planner.readPlan(parsed).plan.query
        }

        /// What each engine answers.
        func answers(
            _ target: String, _ fields: [(String, String)], _ identity: Identity
        ) throws -> (sqlite: RowsAnswer, postgres: RowsAnswer) {
            let request = Request(.get, target, fields: fields)
            let context = identity.context(now: PostgresReadTests.now)
            let reader = try library.database.makeReader()
            let embedded = try query(request, identity, reader.dialect)
            guard
                case .done(let sqlite) = try reader.read(
                    embedded, ReadArguments(embedded), context, for: .server)
            else { throw DatabaseError.timeout }
            let served = try query(request, identity, PostgresDialect())
            return (sqlite, try postgres.read(served, nil, context))
        }
    }

    static let now = Instant(microseconds: 1_795_000_000_000_000)

    /// Asks both, as a list, counted, as one object and without nulls.
    func compare(
        _ twins: Twins, _ targets: [String], as identity: Identity = .anonymous
    ) throws {
        let forms: [[(String, String)]] = [
            [], [("prefer", "count=exact")],
            [("accept", "application/vnd.pgrst.object+json"), ("prefer", "count=exact")],
            [("accept", "application/vnd.pgrst.array+json;nulls=stripped")],
            [("accept", "application/vnd.pgrst.object+json;nulls=stripped")],
        ]
        for target in targets {
            for form in forms {
                let (sqlite, postgres) = try twins.answers(target, form, identity)
                let place = Comment(rawValue: "\(target) \(form)")
                #expect(postgres.text == sqlite.text, place)
                #expect(postgres.rowCount == sqlite.rowCount, place)
                #expect(postgres.total == sqlite.total, place)
            }
        }
    }

    @Test func `values of every type, filters and windows`() throws {
        try compare(
            try Twins(Self.items, Self.itemRows),
            [
                "/items", "/items?order=id.desc&limit=2", "/items?limit=2&offset=3",
                "/items?limit=2&offset=30", "/items?limit=0", "/items?id=eq.1", "/items?id=eq.99",
                "/items?order=title.nullsfirst,id", "/items?order=score.desc.nullslast,id",
                "/items?small=eq.-5", "/items?price=gte.1.00",
                "/items?price=eq.0.001", "/items?score=lt.0.2", "/items?flag=is.true",
                "/items?flag=not.is.true", "/items?title=like.*a*", "/items?title=ilike.*%C3%A4*",
                "/items?title=in.(%22%22,b%25_)", "/items?made=lt.2026-11-21T11:15:00%2B01:00",
                "/items?day=gt.2026-01-01", "/items?hour=eq.10:15:00.5",
                "/items?key=eq.6F9619FF-8B86-D011-B42D-00C04FC964FF", "/items?picture=is.null",
                "/items?or=(id.eq.1,and(small.gt.5,title.neq.x))", "/items?id=isdistinct.1",
                "/items?select=id,d:data,t:title::text", "/items?select=data->a->1->>b,data->d",
                "/items?data->d=eq.{%22e%22:null}&select=id", "/items?select=id::text,small::text",
                "/items?select=count()", "/items?select=id&title=eq.nothing",
                "/items?select=id&id=in.(5,3,4)&order=id.desc",
            ])
    }

    @Test func `rows inside of rows`() throws {
        try compare(
            try Twins(Self.items, Self.itemRows),
            [
                "/items?select=*,children(*)", "/items?select=id,parent(*)",
                "/items?select=id,children(id,children(id,title))&children.order=id.desc",
                "/items?select=id,children!inner(id)", "/items?select=id,parent!inner(title)",
                "/items?select=id,children(id)&children.limit=1&children.offset=1",
                "/items?select=id,children(id)&children.id=gt.4",
                "/items?select=id,children(count)&children.order=id&children.limit=1",
                "/items?select=count()&order=id",
                "/items?select=id,parent(id)&order=parent(title),id", "/items?select=parent()",
                "/items?select=id,children(count())",
            ])
        try compare(
            try Twins(Library.books, Library.rows),
            [
                "/books?select=title,author:authors!books_author_id_fkey(name),reviews(stars)",
                "/books?select=title,genres(name)", "/genres?select=name,books(title)",
                "/authors?select=name,books!books_author_id_fkey(title,genres(name))",
                "/book_genres",
            ])
    }

    @Test(arguments: [Identity.anonymous, RulesTests.ann, RulesTests.bob, .service])
    func `rules let the same rows through`(identity: Identity) throws {
        try compare(
            try Twins(RulesTests.models, RulesTests.rows),
            [
                "/posts?select=id,title", "/posts?select=id,comments(id,text)",
                "/posts?select=id,comments!inner(text)", "/comments?select=id,post(title)",
                "/posts?select=id,tags(name)", "/vault?select=id", "/comments",
            ], as: identity)
    }
}
