import Store

/// The log's tables, and what first stands in them.
///
/// Those of the history stand or fall together: what one of them says is said of the others' rows.
enum LogTables {
    /// The version of the tables below, as `meta` has it. Functions are compared word by word and
    /// need none.
    static let version = 1

    /// The tables of the history: what was changed, in which order.
    static let history = [log, commits, cut, epochs, trimmed]
    /// All tables of the log.
    static let all = history + [facts]

    /// Numbers are drawn one by one: a session that keeps some back would give late changes early
    /// ones. The keys of late transactions are new: pages fill from the left.
    private static let log = LogTable(
        name: "log",
        columns: [
            ("xid", "xid8", "NOT NULL DEFAULT pg_catalog.pg_current_xact_id()"),
            ("ord", "bigint", "GENERATED ALWAYS AS IDENTITY (CACHE 1)"),
            (
                "at", "timestamp with time zone",
                "NOT NULL DEFAULT pg_catalog.clock_timestamp()"
            ),
            ("model", "text", "COLLATE \"C\" NOT NULL"), ("op", "\"char\"", "NOT NULL"),
            ("new", "json", ""), ("old", "json", ""),
        ],
        key: "xid, ord", options: " WITH (autovacuum_vacuum_scale_factor = 0.05)")

    private static let commits = LogTable(
        name: "commits",
        columns: [
            ("first_seq", "bigint", "NOT NULL"), ("last_seq", "bigint", "NOT NULL"),
            ("first_ord", "bigint", "NOT NULL"), ("xid", "xid8", "NOT NULL"),
            ("cut", "bigint", "NOT NULL"), ("changes", "bigint", "NOT NULL"),
            ("at", "timestamp with time zone", "NOT NULL"),
        ],
        key: "first_seq")

    private static let cut = LogTable(
        name: "cut",
        columns: [
            ("n", "bigint", "NOT NULL"), ("epoch", "text", "NOT NULL"),
            ("snap", "pg_snapshot", "NOT NULL"), ("first_seq", "bigint", "NOT NULL"),
            ("last_seq", "bigint", "NOT NULL"), ("changes", "bigint", "NOT NULL"),
            ("total", "bigint", "NOT NULL"), ("at", "timestamp with time zone", "NOT NULL"),
        ],
        key: "n")

    private static let epochs = LogTable(
        name: "epochs",
        columns: [
            ("number", "bigint", "NOT NULL"), ("epoch", "text", "NOT NULL UNIQUE"),
            ("prev", "text", ""), ("prev_end", "bigint", ""), ("origin", "text", "NOT NULL"),
            ("timeline", "text", "NOT NULL"),
            (
                "at", "timestamp with time zone",
                "NOT NULL DEFAULT pg_catalog.clock_timestamp()"
            ),
        ],
        key: "number")

    private static let trimmed = LogTable(
        name: "trimmed",
        columns: [("model", "text", "COLLATE \"C\" NOT NULL"), ("seq", "bigint", "NOT NULL")],
        key: "model")

    /// The table of what else is noted.
    static let facts = LogTable(
        name: "meta",
        columns: [("key", "text", "COLLATE \"C\" NOT NULL"), ("value", "text", "NOT NULL")],
        key: "key")

    /// The schema of all of them.
    static func schema(_ space: LogSpace) -> String {
        "CREATE SCHEMA IF NOT EXISTS \(quoted(identifier: space.schema))"
    }

    /// Where `meta` keeps the place in which all was set up last.
    static let placeKey = "place"

    /// Names the table `meta` among all tables of all servers. A physical copy has the same name;
    /// what was dumped and restored, copied as a template or upgraded has another.
    static func place(_ space: LogSpace) -> String {
        """
        (SELECT pg_catalog.concat_ws('/',
            (SELECT system_identifier FROM pg_catalog.pg_control_system()),
            (SELECT oid FROM pg_catalog.pg_database
            WHERE datname = pg_catalog.current_database()),
            pg_catalog.to_regclass(\(PostgresDialect.literal(space.name(facts.name))))::oid))
        """
    }

    static func notePlace(_ space: LogSpace) -> String {
        """
        INSERT INTO \(space.name(facts.name)) VALUES ('\(placeKey)', \(place(space)))
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
        """
    }

    static func noteVersion(_ space: LogSpace) -> String {
        "INSERT INTO \(space.name(facts.name)) VALUES ('version', '\(version)')"
    }

    /// The first epoch, and a cut before all changes; the functions must be there.
    ///
    /// Of the transactions that run now, this one too, nothing is taken as seen: they may write
    /// into the log later.
    static func beginHistory(_ space: LogSpace) -> [String] {
        [
            """
            INSERT INTO \(space.name("epochs")) (number, epoch, origin, timeline)
            SELECT 1, \(newEpoch), \(space.name("origin"))(), \(space.name("timeline"))()
            """,
            """
            INSERT INTO \(space.name("cut"))
                (n, epoch, snap, first_seq, last_seq, changes, total, at)
            SELECT 0, e.epoch, \(unseenFrom("pg_catalog.pg_current_snapshot()")), 1, 0, 0, 0, e.at
            FROM \(space.name("epochs")) AS e
            """,
        ]
    }

    /// A new epoch: 64 random bits in base64url. The first six bytes of a random UUID and two
    /// behind its variant are random throughout.
    static let newEpoch = """
        (SELECT pg_catalog.translate(pg_catalog.rtrim(pg_catalog.encode(
            pg_catalog.substr(u.b, 1, 6) || pg_catalog.substr(u.b, 11, 2), 'base64'), '='),
            '+/', '-_')
        FROM (SELECT pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) AS b) AS u)
        """

    /// The snapshot that sees what was over when `snapshot` was taken, and nothing that then ran.
    static func unseenFrom(_ snapshot: String) -> String {
        """
        (SELECT pg_catalog.concat(x.oldest, ':', x.oldest, ':')::pg_snapshot
        FROM pg_catalog.pg_snapshot_xmin(\(snapshot)) AS x (oldest))
        """
    }
}
