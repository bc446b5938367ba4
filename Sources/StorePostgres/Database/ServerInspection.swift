import Diagnostics
import Store

/// What a server says of itself, asked once when a database is opened: whether it can do what the
/// engine needs, and what is there already.
struct ServerInspection {
    /// The server's version as it calls it itself: `15.18`.
    let version: String
    /// The schema that tables are made in.
    let schema: String?
    /// Whether our schema is there.
    let isInstalled: Bool
    /// Tables of the log that are there.
    let tableCount: Int
    private let number: Int
    /// A product that speaks the protocol and orders its transactions in a way of its own: its
    /// snapshots are not what the log of changes is cut by. Nil for PostgreSQL.
    private let otherProduct: String?
    private let connectionsMax: Int
    private let mayCreateSchema: Bool
    private let mayCreateTables: Bool
    /// The role, quoted where it must be.
    private let role: String
    /// The database, quoted where it must be.
    private let database: String
    /// The role that our schema belongs to, quoted where it must be; nil where it is this one, or
    /// this one has its rights.
    private let foreignOwner: String?

    /// Asks the server, in one round trip.
    init(_ session: BlockingSession, _ space: LogSpace) throws(DatabaseError) {
        let row = try session.run(Self.query(space)).first ?? []
        func text(_ index: Int) -> String? { index < row.count ? row[index] : nil }
        func isTrue(_ index: Int) -> Bool { text(index) == "t" }
        number = text(0).flatMap { Int($0) } ?? 0
        version = text(1) ?? ""
        otherProduct = text(2)
        connectionsMax = text(3).flatMap { Int($0) } ?? 0
        schema = text(4)
        mayCreateSchema = isTrue(5)
        mayCreateTables = isTrue(6)
        tableCount = text(7).flatMap { Int($0) } ?? 0
        isInstalled = isTrue(8)
        role = text(9) ?? ""
        foreignOwner = text(10)
        database = text(11) ?? ""
    }

    private static func query(_ space: LogSpace) -> String {
        let tables = LogTables.all.map { PostgresDialect.literal($0.name) }.joined(separator: ", ")
        let facts = PostgresDialect.literal(LogTables.facts.name)
        return """
        SELECT pg_catalog.current_setting('server_version_num'),
          pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1),
          CASE WHEN pg_catalog.version() LIKE 'CockroachDB%' THEN 'CockroachDB'
            WHEN pg_catalog.version() LIKE '%-YB-%' THEN 'YugabyteDB' END,
          pg_catalog.current_setting('max_connections')::int
            - pg_catalog.current_setting('superuser_reserved_connections')::int,
          pg_catalog.current_schema(),
          pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
          coalesce(pg_catalog.has_schema_privilege(pg_catalog.current_schema(), 'CREATE'), false),
          pg_catalog.count(c.relname),
          coalesce(pg_catalog.bool_or(c.relname = \(facts)), false),
          pg_catalog.quote_ident(current_user),
          (SELECT pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(nspowner))
            FROM pg_catalog.pg_namespace WHERE nspname = \(PostgresDialect.literal(space.schema))
              AND NOT pg_catalog.pg_has_role(nspowner, 'USAGE')),
          pg_catalog.quote_ident(pg_catalog.current_database())
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = \(PostgresDialect.literal(space.schema)) AND c.relname IN (\(tables))
        """
    }

    /// Throws what the engine needs and the server or the role cannot do, by name.
    ///
    /// - Returns: the schema that its tables are in.
    @discardableResult
    func require(_ space: LogSpace) throws(Problem) -> String {
        if let otherProduct {
            throw .unsuitable(
                "It is \(otherProduct), whose transactions have no snapshots "
                    + "(pg_current_snapshot) to order changes by.",
                hint: "Use PostgreSQL 15 or later.")
        }
        guard number >= 150_000 else {
            throw .unsuitable(
                "It is PostgreSQL \(version).", hint: "Use PostgreSQL 15 or later.")
        }
        guard let schema else {
            throw .unsuitable(
                "No schema of the role's search_path is there.",
                hint: "ALTER ROLE \(role) SET search_path = public; names one that usually is.")
        }
        try requireRights(schema, space)
        return schema
    }

    /// Throws where the server takes fewer connections than this process may open.
    func require(connections: Int) throws(Problem) {
        guard connections <= connectionsMax else {
            throw .unsuitable(
                "It takes \(connectionsMax) connections (max_connections less those for "
                    + "superusers), and database.connections is \(connections).",
                hint: "Set --database-connections lower: all nodes together must fit.")
        }
    }

    /// What is noted of the schema that holds the project's tables.
    static let schemaFact = "schema"

    /// Throws where the tables are to be in another schema than those of the start before, as when
    /// somebody has made one that comes first in the role's search path.
    ///
    /// - Parameter facts: what has been noted about the database.
    func require(noted facts: [String: String], in space: LogSpace) throws(Problem) {
        guard let schema, let noted = facts[Self.schemaFact], noted != schema else { return }
        let (before, now) = (quoted(identifier: noted), quoted(identifier: schema))
        throw .unsuitable(
            "Its tables were in the schema \(before) when it was last served, and now the first "
                + "of the role's search_path is \(now).",
            hint: "ALTER ROLE \(role) SET search_path = \(before); serves those again. If they "
                + "have been moved, DELETE FROM \(space.name(LogTables.facts.name)) WHERE "
                + "key = '\(Self.schemaFact)'; lets it begin with the others.")
    }

    private func requireRights(_ schema: String, _ space: LogSpace) throws(Problem) {
        let ofTables = "GRANT CREATE ON SCHEMA \(quoted(identifier: schema)) TO \(role);"
        guard mayCreateSchema else {
            throw .unsuitable(
                "The role \(role) may not make schemas in it: \(space.schema) holds the log of "
                    + "changes, and migrations are tried in one of their own.",
                hint: "GRANT CREATE ON DATABASE \(database) TO \(role); lets it."
                    + (mayCreateTables ? "" : " It also lacks what \(ofTables) gives there."))
        }
        guard mayCreateTables else {
            throw .unsuitable(
                "The role \(role) may not make tables in the schema \(schema).",
                hint: "\(ofTables) lets it, given in the database \(database).")
        }
        if let foreignOwner {
            throw .unsuitable(
                "Its schema \(space.schema) belongs to the role \(foreignOwner), and this one, "
                    + "\(role), lacks its rights.",
                hint: "GRANT \(foreignOwner) TO \(role); gives it them; else connect as "
                    + "\(foreignOwner).")
        }
    }
}

extension Problem {
    /// The server cannot do what the engine needs.
    fileprivate static func unsuitable(_ reason: String, hint: String) -> Problem {
        Problem(
            code: "unsuitable_database", status: 500,
            message: "The PostgreSQL database cannot be served from. \(reason)", hint: hint)
    }
}
