import Diagnostics
import Expressions
import Schema
import Store
import StoreSQLite
import Values

/// A small project with every type of column, its tables and some rows.
struct Project: Sendable {
    static let shared: Project = {
        do { return try Project() } catch { fatalError("\(error)") }
    }()

    let catalogue: Catalogue
    let rulebook: Rulebook
    let database: SQLiteDatabase

    private init() throws {
        catalogue = try Catalogue(
            parsing: Self.files.map { (path: $0.key, contents: Array($0.value.utf8)) })
        rulebook = try Rulebook.compile(catalogue)
        database = try SQLiteDatabase.open(.temporary)
        try database.make(catalogue, rulebook, rows: Self.rows)
    }

    static let ann = "00000000-0000-4000-8000-00000000000a"
    static let identities = [
        Identity.anonymous,
        Identity(
            role: .authenticated, userID: ann, email: "ann@example.org",
            claims: #"{"list":[1,{"b":"x"}],"role":"authenticated","sub":"\#(ann)"}"#,
            expiresAt: 4_000_000_000),
    ]

    static let files = [
        "models/notes.json": """
        {"properties": {
          "id": {"type": "integer", "identity": true},
          "owner": {"type": "string", "format": "uuid"},
          "author_id": {"type": "integer",
            "references": {"model": "people", "as": "author", "inverse": "notes"}},
          "title": {"type": "string"},
          "status": {"type": "string", "enum": ["draft", "published"]},
          "flag": {"type": "boolean"},
          "n": {"type": "integer"},
          "m": {"type": "integer", "format": "int32"},
          "price": {"type": "string", "format": "decimal", "precision": 12, "scale": 2},
          "score": {"type": "number"},
          "made": {"type": "string", "format": "date-time"},
          "day": {"type": "string", "format": "date"},
          "data": {"type": "object"},
          "blob": {"type": "string", "format": "byte"}
        }, "realtime": true, "access": {"all": true}}
        """,
        "models/people.json": """
        {"properties": {
          "id": {"type": "integer", "identity": true},
          "name": {"type": "string"},
          "boss_id": {"type": "integer",
            "references": {"model": "people", "as": "boss", "inverse": "team"}}
        }, "realtime": true, "access": {"read": "name is not null", "delete": "id = 1"}}
        """,
        "rules.json": """
        {"signed_in()": "auth.uid() is not null",
         "at_least(value, low integer)": "value >= low",
         "boss_of(person integer)": "exists(people as p where p.boss_id = person)"}
        """,
    ]

    private static let rows = [
        "INSERT INTO people (id, name, boss_id) VALUES (1, 'Ann', NULL), (2, 'B', 1), (3, NULL, 1)",
        """
        INSERT INTO notes (id, owner, author_id, title, status, flag, n, m, price, score, made, day,
          data, blob) VALUES
        (1, '\(ann)', 1, 'a_b%', 'draft', 1, 1, -1, 150, 0.5, '2026-01-01T00:00:00+00:00',
          '2026-01-01', '{"a":{"b":[1,2]},"list":[1,"x",null]}', x'00ff'),
        (2, '\(ann)', 2, 'É', 'published', 0, 9223372036854775807, 2147483647, -50, 1e300,
          '2026-11-21T10:15:00.123456+00:00', '1999-12-31', '{"a":1.0,"b":null}', x''),
        (3, NULL, 3, '', 'draft', NULL, -9223372036854775808, 0, 999999999999, -0.0, NULL, NULL,
          '{"a":"x","list":{}}', NULL),
        (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
        """,
    ]
}

extension SQLiteDatabase {
    /// Makes the tables of a catalogue.
    func make(_ catalogue: Catalogue, _ rulebook: Rulebook, rows: [String] = []) throws {
        let definitions = try catalogue.modelsByDependency.map {
            try $0.definition(render: rulebook.definition)
        }
        try writeAndWait { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in
                for definition in definitions { try transaction.create(definition) }
                for row in rows { _ = try transaction.run(SQL(text: row)) }
            }
        }
    }
}
