import Testing

@testable import Schema

@Suite struct LinkTests {
    static let users = (
        "models/users.json",
        #"{"properties": {"email": {"type": "string"}, "nick": {"type": "string"}}, "unique": [["nick"]]}"#
    )

    /// `posts` with one reference, and the one diagnostic it gives.
    static let faults: [(String, String)] = [
        (
            #""x": {"type": "integer", "references": {"model": "users"}}"#,
            #"models/posts.json:1:17: "x" is int8 but "users.id" is uuid: the types must be the same"#
        ),
        (
            #""x": {"type": "string", "references": {"model": "user"}}"#,
            #"models/posts.json:1:65: there is no model "user"; did you mean "users"?"#
        ),
        (
            #""x": {"type": "string", "references": {"model": "users", "column": "mail"}}"#,
            #"models/posts.json:1:84: the model "users" has no column "mail"; did you mean "email"?"#
        ),
        (
            #""x": {"type": "string", "references": {"model": "users", "column": "email"}}"#,
            #"""
            models/posts.json:1:84: "users.email" is not unique: a reference needs a key; \#
            add ["email"] to the "unique" of "users"
            """#
        ),
        (
            #""x": {"type": "string", "references": {"model": "pairs"}}"#,
            #"""
            models/posts.json:1:65: the key of "pairs" has 2 columns and a reference is \#
            one column: name a unique column of it with "column", or give it a key of one \#
            column
            """#
        ),
        (
            #""id": {"type": "string", "references": {"model": "users", "column": "nick", "onDelete": "setNull"}}"#,
            #"models/posts.json:1:105: onDelete "setNull" needs a column that may be null, and "id" is required"#
        ),
        (
            #"""
            "x": {"type": "string", "references": {"model": "users", "column": "nick", \#
            "as": "id"}}, "id": {"type": "string"}
            """#,
            #"models/posts.json:1:98: "id" is already a column of "posts""#
        ),
        (
            #""x": {"type": "string", "references": {"model": "users", "column": "nick", "inverse": "email"}}"#,
            #"models/posts.json:1:103: "email" is already a column of "users""#
        ),
    ]

    @Test(arguments: faults)
    func `a reference that cannot hold is told with its place`(
        _ properties: String, _ expected: String
    ) {
        let lines = diagnostics([
            Self.users,
            (
                "models/pairs.json",
                #"{"properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "primaryKey": ["a", "b"]}"#
            ),
            ("models/posts.json", "{\"properties\": {\(properties)}}"),
        ])
        #expect(lines == [expected])
    }

    private static let people = #"""
        {"properties": {"id": {"type": "string", "format": "uuid"}, \#
        "nick": {"type": "string"}}, "unique": [["nick"]]}
        """#
    private static let reviews = #"""
        {"properties": {"owner_id": {"type": "string", "format": "uuid", \#
        "references": {"model": "people"}}, "nick": {"type": "string", \#
        "references": {"model": "people", "column": "nick"}}}}
        """#

    /// Two models, one of them with a fault, and the beginning of the one line that tells of it.
    static let causes: [(people: String, reviews: String, told: String)] = [
        (String(people.prefix(40)), reviews, "models/people.json:1:41: this is not JSON: "),
        ("[]", reviews, "models/people.json:1:1: a model file must hold an object"),
        (
            people, reviews.replacing(#""uuid""#, with: #""guid""#),
            #"models/reviews.json:1:58: "format" must be one of "#
        ),
        (
            people.replacing(#""uuid""#, with: #""guid""#), reviews,
            #"models/people.json:1:52: "format" must be one of "#
        ),
        (
            people.replacing(#"[["nick"]]"#, with: #"["nick"]"#), reviews,
            #"models/people.json:1:101: an element of "unique" must be "#
        ),
        (
            people.replacing(#""nick": {"#, with: #""nick": {"typ": 1, "#)
                .replacing(#"[["nick"]]"#, with: "[]"),
            reviews, #"models/people.json:1:70: a property has no word "typ""#
        ),
        (
            people,
            reviews.replacing(
                #""people"}"#, with: #""people", "onDelete": "setDefault"}, "default": 1"#),
            #"models/reviews.json:1:138: the default must be a string"#
        ),
    ]

    @Test(arguments: causes)
    func `what follows from a fault of a model or column is not told beside it`(
        _ people: String, _ reviews: String, _ told: String
    ) {
        let lines = diagnostics([("models/people.json", people), ("models/reviews.json", reviews)])
        #expect(lines.count == 1 && lines.first?.hasPrefix(told) == true, "\(lines)")
    }

    @Test func `what is no fault of another one is told beside it`() {
        let lines = diagnostics([
            ("models/people.json", Self.people.replacing(#""uuid""#, with: #""guid""#)),
            ("models/reviews.json", Self.reviews.replacing(#""people"}"#, with: #""peple"}"#)),
        ])
        #expect(lines.count == 2 && lines[1].contains("did you mean \"people\""), "\(lines)")
    }

    @Test func `names are global in the database`() {
        let lines = diagnostics([
            (
                "models/a.json",
                #"{"properties": {"x": {"type": "string"}}, "indexes": [{"on": ["x"], "name": "i"}]}"#
            ),
            (
                "models/b.json",
                #"{"properties": {"x": {"type": "string"}}, "indexes": [{"on": ["x"], "name": "I"}]}"#
            ),
        ])
        #expect(lines == [#"models/b.json:1:55: the name "I" is already taken in the database"#])
    }

    @Test func `foreign keys make relationships in both directions`() throws {
        let catalogue = try catalogue([
            ("models/authors.json", #"{"properties": {}}"#),
            (
                "models/books.json",
                #"""
                {"properties": {"author_id": {"type": "string", "format": "uuid", \#
                "references": {"model": "authors", "as": "author", "inverse": "works"}}}}
                """#
            ),
            (
                "models/bios.json",
                #"""
                {"properties": {"author_id": {"type": "string", "format": "uuid", \#
                "references": {"model": "authors"}}}, "unique": [["author_id"]]}
                """#
            ),
        ])
        let ways = catalogue.models.flatMap(\.relationships).map {
            "\($0.source) -> \($0.target) \($0.name) \($0.isToOne ? "one" : "many") \($0.alias ?? "-")"
        }
        #expect(
            Set(ways) == [
                "books -> authors books_author_id_fkey one author",
                "authors -> books books_author_id_fkey many works",
                "bios -> authors bios_author_id_fkey one -",
                "authors -> bios bios_author_id_fkey one -",
            ])
        #expect(catalogue.model("books")?.indexes.map(\.name) == ["books_author_id_fkey_idx"])
        #expect(catalogue.model("bios")?.indexes.isEmpty == true)
    }

    @Test func `a junction joins its ends, also to themselves`() throws {
        let key = #"{"type": "string", "format": "uuid", "references": {"model": "users"}}"#
        let catalogue = try catalogue([
            Self.users,
            (
                "models/friends.json",
                "{\"properties\": {\"a\": \(key), \"b\": \(key)}, \"primaryKey\": [\"a\", \"b\"]}"
            ),
        ])
        let many = catalogue.model("users")?.relationships.filter {
            !$0.isToOne && $0.target == "users"
        }
        #expect(many?.map(\.name) == ["friends", "friends"])
        guard case .manyToMany(let junction)? = many?.first?.kind else {
            Issue.record("no junction")
            return
        }
        #expect(junction.sourceColumns == [0] && junction.targetColumns == [1])
    }
}
