import Diagnostics
import Store
import Testing
import Values

@testable import StoreSQLite

/// Tables that no model declares are definitions too.
@Suite struct DefinitionTests {
    /// A table of the server's own kind.
    static let sessions = TableDefinition(
        "sessions",
        [
            column("id", .uuid, isNullable: false),
            column("user_id", .uuid, isNullable: false),
            column("level", .text, [.oneOf([.text("aal1"), .text("aal2")])]),
            column("salt", .bytes, [.length(min: 16, max: 16)]),
            column("tries", .integer32, [.comparison(.less, .integer(5)), .multipleOf(.real(2))]),
        ],
        primaryKey: Table.Key("sessions_pkey", [0]),
        uniques: [Table.Key("sessions_user_key", [1, 2])],
        references: [
            TableDefinition.Reference(
                "sessions_user_fkey", [1], to: "users", ["id"], onDelete: .cascade)
        ],
        checks: [.init("calm", .isNull(.column("level", of: nil, type: .text)))],
        indexes: [
            .init(
                "sessions_level", on: [.init(2), .init(4, isDescending: true)], isUnique: true,
                where: .not(.isNull(.column("salt", of: nil, type: .bytes))))
        ])

    private static func column(
        _ name: String, _ type: ColumnType, isNullable: Bool = true,
        _ conditions: [TableDefinition.Condition] = []
    ) -> TableDefinition.Column {
        .init(
            name, DeclaredType(type), isNullable: isNullable, conditions: conditions,
            checkName: "sessions_\(name)_check")
    }

    static let statements = [
        #"""
        CREATE TABLE "sessions" (
          "id" TEXT NOT NULL CONSTRAINT "sessions_id_check" CHECK \#
        ("id" GLOB '????????-????-????-????-????????????'),
          "user_id" TEXT NOT NULL CONSTRAINT "sessions_user_id_check" CHECK \#
        ("user_id" GLOB '????????-????-????-????-????????????'),
          "level" TEXT CONSTRAINT "sessions_level_check" CHECK ("level" IN ('aal1', 'aal2')),
          "salt" BLOB CONSTRAINT "sessions_salt_check" CHECK (length("salt") = 16),
          "tries" INTEGER CONSTRAINT "sessions_tries_check" CHECK \#
        ("tries" BETWEEN -2147483648 AND 2147483647 AND "tries" < 5),
          CONSTRAINT "sessions_pkey" PRIMARY KEY ("id"),
          CONSTRAINT "sessions_user_key" UNIQUE ("user_id", "level"),
          CONSTRAINT "sessions_user_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
          CONSTRAINT "calm" CHECK ("level" IS NULL)
        ) STRICT
        """#,
        #"CREATE UNIQUE INDEX "sessions_level" ON "sessions" ("level", "tries" DESC) WHERE "salt" IS NOT NULL"#,
    ]

    @Test func `a definition without a model makes its table and indexes`() {
        #expect(SQLiteDialect().create(Self.sessions) == Self.statements)
        #expect(
            SQLiteDialect().addColumn(1, to: Self.sessions).hasSuffix(
                #"CONSTRAINT "sessions_user_fkey" REFERENCES "users" ("id") ON DELETE CASCADE"#))
    }

    @Test func `what a definition would build is what it builds`() throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let built = try database.migrate { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in
                for statement in Self.statements { try transaction.execute(statement) }
                return try transaction.structure()
            }
        }
        #expect(built.lines == Self.statements)
        let wanted = database.structure(of: [Self.sessions])
        #expect(built.structure == wanted.structure)
        #expect(wanted.condition("calm", of: "sessions")?.text == "level is null")
        #expect(
            wanted.condition("sessions_level_check", of: "sessions")?.names == ["level", "in"])
        #expect(wanted.condition("sessions_none_check", of: "sessions") == nil)
    }

    /// Statements of a file, and what is known of them before they run.
    static let scripts: [(String, MigrationScript.Statement)] = [
        ("CREATE TABLE a (b INT) STRICT;", statement("CREATE TABLE a (b INT) STRICT") {
            $0.isStructural = true
        }),
        ("CREATE TABLE a AS SELECT 1 AS b", statement("CREATE TABLE a AS SELECT 1 AS b") { _ in }),
        ("ALTER TABLE a ADD b TEXT", statement("ALTER TABLE a ADD b TEXT") {
            $0.isStructural = true
        }),
        ("ALTER TABLE a DROP b;", statement("ALTER TABLE a DROP b") {
            $0.isStructural = true
            $0.mayDrop = true
        }),
        ("DROP TABLE IF EXISTS 'A'", statement("DROP TABLE IF EXISTS 'A'") {
            $0.isStructural = true
            $0.mayDrop = true
            $0.droppedNames = ["a"]
        }),
        ("REPLACE INTO a VALUES (1)", statement("REPLACE INTO a VALUES (1)") {
            $0.replacesRows = true
        }),
        ("SELECT 'replace into'", statement("SELECT 'replace into'") { _ in }),
    ]

    private static func statement(
        _ text: String, _ change: (inout MigrationScript.Statement) -> Void
    ) -> MigrationScript.Statement {
        var statement = MigrationScript.Statement(text, at: 0)
        change(&statement)
        return statement
    }

    @Test(arguments: scripts)
    func `what a statement does is known before it runs`(
        _ text: String, _ statement: MigrationScript.Statement
    ) {
        let script = SQLiteDialect().script(Array(text.utf8))
        #expect(script.statements == [statement])
        #expect(script.faults == [])
    }
}
