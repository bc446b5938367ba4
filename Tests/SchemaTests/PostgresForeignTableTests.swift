import PostgresTestSupport
import PostgresWire
import Store
import StorePostgres
import StorePostgresTestSupport
import TestSupport
import Testing

@testable import Schema

/// Tables that somebody else has made, told from those that are declared.
@Suite(.needsPostgres, .blocking) struct PostgresForeignTableTests: OnPostgres {
    let place: PostgresPlace

    init() throws { place = try PostgresPlace() }

    /// A constraint or index that is in the way of a declared unique, and how that is told.
    static let uniques: [(sql: String, reasons: [String])] = [
        (
            """
            ALTER TABLE things ADD CONSTRAINT things_n_key UNIQUE (n)
              DEFERRABLE INITIALLY DEFERRED
            """,
            [
                "unique things_n_key",
                "drop of constraint things_n_key of things, which is UNIQUE (n) DEFERRABLE "
                    + "INITIALLY DEFERRED",
            ]
        ),
        (
            "CREATE UNIQUE INDEX things_n_key ON things (n) NULLS NOT DISTINCT",
            ["change of the index things_n_key", "unique things_n_key"]
        ),
        (
            """
            CREATE UNIQUE INDEX things_n_key ON things (n);
            UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'things_n_key'::regclass
            """,
            ["change of the index things_n_key", "unique things_n_key"]
        ),
        ("CREATE UNIQUE INDEX things_n_key ON things (n)", []),
        ("ALTER TABLE things ADD CONSTRAINT other UNIQUE (n)", []),
    ]

    @Test(arguments: uniques)
    func `what is unique in another way is told`(_ sql: String, _ reasons: [String]) throws {
        try make(try things(DifferenceTests.base))
        try client.execute("SET allow_system_table_mods = on; \(sql)")
        let models = try things(
            DifferenceTests.base.replacing(#""checks""#, with: #""unique": [["n"]], "checks""#))
        let difference = try difference(models)
        #expect(difference.refusals == [])
        #expect(difference.items.map(\.description).sorted() == reasons.sorted())
        try migrator().apply(difference)
        #expect(try self.difference(models).isEmpty)
    }

    /// A column of a table that was there before, and the property that declares it.
    static let foreign: [(column: String, property: String)] = [
        ("varchar", #"{"type": "string"}"#), ("varchar(9) COLLATE \"C\"", #"{"type": "string"}"#),
        ("char(3) COLLATE \"C\"", #"{"type": "string"}"#), ("text", #"{"type": "string"}"#),
        ("text COLLATE \"ucs_basic\"", #"{"type": "string"}"#),
        ("text", #"{"type": "string", "format": "uuid"}"#),
        ("text[] COLLATE \"C\"", #"{"type": "array"}"#), ("json", "{}"),
        ("timestamp", #"{"type": "string", "format": "date-time"}"#),
        ("timestamptz(3)", #"{"type": "string", "format": "date-time"}"#),
        ("timestamptz", #"{"type": "string", "format": "date-time"}"#),
        ("timetz", #"{"type": "string", "format": "time"}"#),
        ("smallint", #"{"type": "integer"}"#), ("integer", #"{"type": "integer"}"#),
        ("numeric", #"{"type": "number"}"#), ("real", #"{"type": "number"}"#),
        ("double precision", #"{"type": "number"}"#), ("money", #"{"type": "number"}"#),
        ("bit(1)", #"{"type": "boolean"}"#), ("integer", #"{"type": "boolean"}"#),
    ]

    @Test(arguments: foreign)
    func `a column of a type or order that is none of ours is never passed over`(
        _ column: String, _ property: String
    ) throws {
        try client.execute(
            """
            CREATE TABLE things (
              id uuid NOT NULL CONSTRAINT things_pkey PRIMARY KEY, a \(column))
            """)
        let models = try things(#"{"properties": {"a": \#(property)}}"#)
        let difference = try difference(models)
        let told = difference.items.map(\.what)
        #expect(!told.isEmpty && told.allSatisfy { $0.contains("things.a") }, "\(told)")
        try migrator().apply(difference)
        #expect(try self.difference(models).isEmpty)
    }

    /// What has the name of a model and is no table, what it is called, and what renames it.
    static let obstacles: [(sql: String, what: String, renaming: String)] = [
        ("CREATE VIEW things AS SELECT 1 AS id", "view", "VIEW"),
        ("CREATE MATERIALIZED VIEW \"Things\" AS SELECT 1 AS id", "materialized view",
            "MATERIALIZED VIEW"),
        (
            """
            CREATE FOREIGN DATA WRAPPER none; CREATE SERVER far FOREIGN DATA WRAPPER none;
            CREATE FOREIGN TABLE things (id uuid NOT NULL, a text COLLATE "C") SERVER far
            """, "foreign table", "FOREIGN TABLE"
        ),
        ("CREATE SEQUENCE things", "sequence", "SEQUENCE"),
        ("CREATE TYPE things AS (id uuid)", "composite type", "TYPE"),
        (
            """
            CREATE TABLE whole (id int) PARTITION BY LIST (id);
            CREATE TABLE things PARTITION OF whole FOR VALUES IN (1)
            """, "partition", "TABLE"
        ),
    ]

    @Test(arguments: obstacles)
    func `what stands where a table should be is named, and how it makes way`(
        _ sql: String, _ what: String, _ renaming: String
    ) throws {
        try client.execute(sql)
        let models = try things(#"{"properties": {"a": {"type": "string"}}}"#)
        let told = try difference(models).refusals.map(\.description).filter {
            $0.contains("things")
        }
        let name = sql.contains("Things") ? "Things" : "things"
        let statement = "ALTER \(renaming) \"\(name)\" RENAME TO \"\(name)_before\";"
        #expect(
            told == [
                "models/things.json: the \(what) \"\(name)\" of the database is where the model's "
                    + "table should be; rename it (\(statement)), or give the model another name"
            ])
        try client.execute(statement)
        let after = try difference(models)
        #expect(after.refusals.allSatisfy { !$0.reason.contains("things") })
        try migrator().apply(after)
    }

    @Test func `a table in partitions is a table`() throws {
        try client.execute(
            """
            CREATE TABLE things (id uuid NOT NULL, a text COLLATE "C",
              CONSTRAINT things_pkey PRIMARY KEY (id)) PARTITION BY HASH (id);
            CREATE TABLE part PARTITION OF things FOR VALUES WITH (MODULUS 1, REMAINDER 0)
            """)
        #expect(
            try difference(things(#"{"properties": {"a": {"type": "string"}}}"#)).isEmpty)
    }

    /// A database's order, and whether it is that of code points for certain.
    static let orders: [(options: String, isCodePoints: Bool)] = [
        ("lc_collate 'C' lc_ctype 'C'", true),
        ("locale_provider icu icu_locale 'en' lc_collate 'C' lc_ctype 'C'", false),
    ]

    @Test(arguments: orders)
    func `a database whose own order is "C" is taken as it is`(
        _ options: String, _ isCodePoints: Bool
    ) throws {
        let made = Result { try PostgresServer.shared.makeDatabase(options: options) }
        // Not every build of the server has ICU.
        if case .failure(let error as ServerError) = made, error.sqlState.text == "0A000" { return }
        let other = try PooledDatabase(made.get())
        try other.database.client().execute(
            """
            CREATE TABLE things (
              id uuid NOT NULL CONSTRAINT things_pkey PRIMARY KEY, a text)
            """)
        let models = try things(#"{"properties": {"a": {"type": "string"}}}"#)
        let live = try Migrator(other.migrations, MigrationSet([])).structure()
        #expect(try Difference.between(live, declared(models)).isEmpty == isCodePoints)
    }
}
