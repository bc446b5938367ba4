import Foundation
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport

/// A project whose table gets, in one file, of everything that looks at all rows: an index, a
/// unique constraint, a check, another enum, a reference, and what is required.
enum MigratedProject {
    private static func item(
        kinds: String, room: String = "", more: String = "", required: String = "",
        rest: String = ""
    ) -> String {
        """
        {"properties": {"id": {"type": "integer", "identity": true},
          "token": {"type": "string"}, "kind": {"type": "string", "enum": [\(kinds)]},
          "size": {"type": "integer"}, "room_id": {"type": "integer"\(room)},
          "note": {"type": "string"}\(more)},
         "required": ["token", "kind", "size", "room_id"\(required)], "realtime": true,
         "access": {"all": true}\(rest)}
        """
    }

    private static let room = """
        {"properties": {"id": {"type": "integer", "identity": true}, "name": {"type": "string"}},
         "access": {"all": true}}
        """

    /// What there is first.
    static let before = ["rooms": room, "items": item(kinds: #""a", "b""#)]

    /// What becomes of the items.
    static let after = item(
        kinds: #""a", "b", "c""#, room: #", "references": {"model": "rooms"}"#,
        more: #", "rank": {"type": "integer", "default": 5}"#, required: #", "note", "rank""#,
        rest: #"""
            , "unique": [["token"]], "indexes": [{"on": ["size"]}, {"on": ["room_id", "kind"]}],
            "checks": {"sized": "size >= 0"}
            """#)

    static let rooms = 100

    /// Fills the tables.
    static func fill(_ client: PostgresClient, items: Int) throws {
        try client.execute(
            """
            INSERT INTO rooms (name) SELECT 'room ' || g FROM generate_series(1, \(rooms)) AS g;
            INSERT INTO items (token, kind, size, room_id, note)
            SELECT 'token ' || g, CASE g % 2 WHEN 0 THEN 'a' ELSE 'b' END, g % 1000,
              1 + g % \(rooms), 'note ' || g FROM generate_series(1, \(items)) AS g;
            ANALYZE
            """)
    }

    /// Writes the file of the change; its name.
    static func writeChange(_ project: TestProject, _ url: String) throws -> String? {
        try project.write(after, to: "Schemas/models/items.json")
        let options = try ServerOptions(project: project.path, logLevel: "error", database: url)
        return try MigrationCommands.new(options, name: "second")?.path
    }

    /// What the tables are, as the server describes them, and what of it is not finished.
    static func structure(_ client: PostgresClient) throws -> [[String?]] {
        try client.query(
            """
            SELECT 'column', c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)
              || ' ' || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
            FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
            LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
            WHERE c.relname IN ('items', 'rooms') AND NOT a.attisdropped
            UNION ALL
            SELECT 'constraint', conrelid::regclass::text, conname,
              pg_get_constraintdef(oid) || ' ' || convalidated
            FROM pg_constraint WHERE conrelid IN ('items'::regclass, 'rooms'::regclass)
            UNION ALL
            SELECT 'index', indrelid::regclass::text, indexrelid::regclass::text,
              pg_get_indexdef(indexrelid) || ' ' || indisvalid
            FROM pg_index WHERE indrelid IN ('items'::regclass, 'rooms'::regclass)
            ORDER BY 1, 2, 3, 4
            """)
    }
}
