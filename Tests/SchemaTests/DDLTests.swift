import Bytes
import Diagnostics
import Expressions
import Store
import StoreSQLite
import Testing
import Values

@testable import Schema

@Suite struct DDLTests {
    static let everything = #"""
        {
          "properties": {
            "number": {"type": "integer", "identity": true},
            "owner": {"type": "string", "format": "uuid", "references": {"model": "users", "onDelete": "cascade"}},
            "title": {"type": "string", "minLength": 1, "maxLength": 200, "default": "it's"},
            "status": {"type": "string", "enum": ["draft", "done"], "default": "draft"},
            "stars": {"type": "integer", "format": "int32", "minimum": 1, "exclusiveMaximum": 6, "multipleOf": 1},
            "price": {"type": "string", "format": "decimal", "precision": 12, "scale": 2, "default": 1.5},
            "weight": {"type": "number", "default": 2},
            "is_public": {"type": "boolean", "default": false},
            "tags": {"type": "array", "maxItems": 20, "default": []},
            "settings": {"type": "object"},
            "anything": {},
            "at": {"type": "string", "format": "date-time", "default": {"$expr": "now()"}},
            "day": {"type": "string", "format": "date"},
            "hour": {"type": "string", "format": "time"},
            "picture": {"type": "string", "format": "byte", "maxLength": 100, "default": "\\x00ff"}
          },
          "required": ["title", "status"],
          "primaryKey": ["number"],
          "unique": [["owner", "title"]],
          "indexes": [{"on": ["status", "at desc"]}, {"on": ["at desc"], "where": "is_public"}],
          "checks": {"done_has_title": "status <> 'done' or length(title) > 3"}
        }
        """#

    static let expected = #"""
        CREATE TABLE "posts" (
          "number" INTEGER NOT NULL,
          "owner" TEXT CONSTRAINT "posts_owner_check" CHECK ("owner" GLOB '????????-????-????-????-????????????'),
          "title" TEXT NOT NULL DEFAULT 'it''s' CONSTRAINT "posts_title_check" CHECK \#
        (length("title") BETWEEN 1 AND 200),
          "status" TEXT NOT NULL DEFAULT 'draft' CONSTRAINT "posts_status_check" CHECK ("status" IN ('draft', 'done')),
          "stars" INTEGER CONSTRAINT "posts_stars_check" CHECK ("stars" BETWEEN -2147483648 AND \#
        2147483647 AND "stars" >= 1 AND "stars" < 6 AND "stars" % 1 = 0),
          "price" INTEGER DEFAULT 150 CONSTRAINT "posts_price_check" CHECK (abs("price") < 10000000000 * 100),
          "weight" REAL DEFAULT 2.0,
          "is_public" INTEGER DEFAULT 0 CONSTRAINT "posts_is_public_check" CHECK ("is_public" IN (0, 1)),
          "tags" TEXT DEFAULT '[]' CONSTRAINT "posts_tags_check" CHECK ("tags" GLOB '[[]*]'),
          "settings" TEXT CONSTRAINT "posts_settings_check" CHECK ("settings" GLOB '{*}'),
          "anything" TEXT CONSTRAINT "posts_anything_check" CHECK ("anything" GLOB '[[{"0-9tfn-]*'),
          "at" TEXT CONSTRAINT "posts_at_check" CHECK ("at" GLOB '????-??-??T??:??:??*+00:00'),
          "day" TEXT CONSTRAINT "posts_day_check" CHECK ("day" GLOB '????-??-??'),
          "hour" TEXT CONSTRAINT "posts_hour_check" CHECK ("hour" GLOB '??:??:??*'),
          "picture" BLOB DEFAULT X'00ff' CONSTRAINT "posts_picture_check" CHECK (length("picture") <= 100),
          CONSTRAINT "posts_pkey" PRIMARY KEY ("number"),
          CONSTRAINT "posts_owner_title_key" UNIQUE ("owner", "title"),
          CONSTRAINT "posts_owner_fkey" FOREIGN KEY ("owner") REFERENCES "users" ("id") ON DELETE CASCADE,
          CONSTRAINT "done_has_title" CHECK ("status" <> 'done' OR length("title") > 3)
        ) STRICT
        """#

    static func everythingCatalogue() throws -> Catalogue {
        try catalogue([
            ("models/posts.json", everything), ("models/users.json", #"{"properties": {}}"#),
        ])
    }

    @Test func `a table has one column or constraint a line`() throws {
        let model = try #require(try Self.everythingCatalogue().model("posts"))
        let statements = try ddl(of: model)
        #expect(statements[0] == Self.expected)
        #expect(
            statements.dropFirst() == [
                #"CREATE INDEX "posts_status_at_idx" ON "posts" ("status", "at" DESC)"#,
                #"CREATE INDEX "posts_at_idx" ON "posts" ("at" DESC) WHERE "is_public""#,
            ])
    }

    /// A statement that a constraint of the table refuses, and the name of the constraint.
    static let refused: [(String, String)] = [
        ("INSERT INTO posts (title) VALUES ('')", "posts_title_check"),
        ("INSERT INTO posts (title, status) VALUES ('a', 'gone')", "posts_status_check"),
        ("INSERT INTO posts (title, status) VALUES ('abc', 'done')", "done_has_title"),
        ("INSERT INTO posts (title, stars) VALUES ('a', 6)", "posts_stars_check"),
        ("INSERT INTO posts (title, price) VALUES ('a', 1000000000000)", "posts_price_check"),
        ("INSERT INTO posts (title, is_public) VALUES ('a', 2)", "posts_is_public_check"),
        ("INSERT INTO posts (title, tags) VALUES ('a', '{}')", "posts_tags_check"),
        ("INSERT INTO posts (title, anything) VALUES ('a', 'words')", "posts_anything_check"),
        ("INSERT INTO posts (title, owner) VALUES ('a', 'me')", "posts_owner_check"),
        ("INSERT INTO posts (title, at) VALUES ('a', 'now')", "posts_at_check"),
    ]

    @Test(arguments: refused)
    func `every writer obeys the constraints`(_ statement: String, _ name: String) throws {
        let database = try Self.database()
        defer { database.close() }
        let error = try database.writeAndWait { transaction throws(Problem) -> DatabaseError? in
            do throws(DatabaseError) {
                try transaction.run(SQL(text: statement))
                return nil
            } catch {
                return error
            }
        }
        #expect(error == .check(name: name))
    }

    @Test func `SQLite takes the table and its defaults`() throws {
        let database = try Self.database()
        defer { database.close() }
        let row = try database.writeAndWait { transaction throws(Problem) -> [Value] in
            do throws(DatabaseError) {
                try transaction.run(SQL("INSERT INTO posts DEFAULT VALUES"))
                return try transaction.query(
                    SQL(
                        text: "SELECT number, title, status, price, weight, is_public, tags, picture FROM posts"
                    )
                ) { rows throws(DatabaseError) in
                    _ = try rows.next()
                    return (0..<8).map { rows.value($0) }
                }
            } catch {
                throw Problem(error)
            }
        }
        #expect(
            row == [
                .integer(1), .text("it's"), .text("draft"), .integer(150), .real(2), .integer(0),
                .text("[]"), .blob([0, 255]),
            ])
    }

    /// A database with the tables of `everything`.
    static func database() throws -> SQLiteDatabase {
        let catalogue = try everythingCatalogue()
        let database = try SQLiteDatabase.open(.temporary)
        let difference = try Difference.between(
            DatabaseStructure(statements: []), tables(catalogue))
        try Migrator(database, MigrationSet([])).apply(difference)
        return database
    }
}
