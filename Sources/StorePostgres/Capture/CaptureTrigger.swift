import Bytes
import Store

/// One of the triggers that write a table's changes into the log, by what it looks at; its letter
/// in the log is the word's first.
///
/// Rows are captured one by one, in the order in which they change: a statement trigger comes
/// behind all row triggers, and so behind what those of other tables have changed again.
enum CaptureTrigger: String, CaseIterable {
    case insert = "INSERT"
    case update = "UPDATE"
    case delete = "DELETE"
    case truncate = "TRUNCATE"

    /// Whether it runs once for each row: a TRUNCATE tells of none.
    var hasRows: Bool { self != .truncate }

    /// Triggers fire in the order of their names' bytes: before those that enforce foreign keys
    /// (`RI_…`) and anybody's, whose own changes come later.
    var name: String { "0_apus_\(rawValue.lowercased())" }

    /// What `pg_trigger.tgtype` says.
    var typeBits: Int {
        switch self {
        case .insert: 5
        case .delete: 9
        case .update: 17
        case .truncate: 32
        }
    }

    /// Makes it on a table or partition, for a function, or replaces what has its name there. It
    /// also fires where triggers are off, as for what replication applies.
    func statements(on table: String, calling function: String) -> [String] {
        [
            "CREATE OR REPLACE TRIGGER \(quoted(identifier: name)) AFTER \(rawValue) ON \(table)"
                + " FOR EACH \(hasRows ? "ROW" : "STATEMENT") EXECUTE FUNCTION \(function)()",
            enabling(on: table),
        ]
    }

    func enabling(on table: String) -> String {
        "ALTER TABLE \(table) ENABLE ALWAYS TRIGGER \(quoted(identifier: name))"
    }

    /// Notes on all triggers of these tables and partitions that call the log's functions that the
    /// state is right which they are in: the transaction that has written `pg_trigger` last, be it
    /// this one, and the partitions that the table has. Making and enabling a trigger touches those
    /// of its partitions too.
    static func noting(on tables: [String], in space: LogSpace) -> String {
        let places = tables.map { "\(PostgresDialect.literal($0))::pg_catalog.regclass" }
        let body = """
            DECLARE t record;
            BEGIN
              FOR t IN
                SELECT g.tgname, g.tgrelid::pg_catalog.regclass AS place,
                  pg_catalog.concat_ws(' ', g.xmin, (
                    SELECT pg_catalog.string_agg(r.relid::oid::text, ' ' ORDER BY r.relid)
                    FROM pg_catalog.pg_partition_tree(g.tgrelid) AS r)) AS state
                FROM pg_catalog.pg_trigger AS g JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid
                JOIN pg_catalog.pg_namespace AS f ON f.oid = p.pronamespace
                WHERE f.nspname = \(PostgresDialect.literal(space.schema)) AND NOT g.tgisinternal
                  AND g.tgrelid IN (\(places.joined(separator: ", ")))
              LOOP
                EXECUTE pg_catalog.format('COMMENT ON TRIGGER %I ON %s IS %L',
                  t.tgname, t.place, t.state);
              END LOOP;
            END
            """
        return "DO \(PostgresDialect.literal(body))"
    }

    // MARK: Functions

    /// What the names of all capture functions begin with.
    static let functionPrefix = "capture_"

    /// Its function's name: a table's own may be as long as a name can be. Earlier versions had
    /// others, which begin with it.
    func functionName(of model: CapturedModel) -> String {
        let hash = Hex.encode(FNV1a.hash(Array("\(model.schema)\0\(model.name)".utf8)).bytes)
        return "\(Self.functionPrefix)\(hash)_\(rawValue.lowercased())"
    }

    /// The names of the functions that a model's triggers call.
    static func functionNames(of model: CapturedModel) -> Set<String> {
        Set(allCases.map { $0.functionName(of: model) })
    }

    /// The functions that a model's triggers call.
    static func functions(of model: CapturedModel, in space: LogSpace) -> [StoredFunction] {
        allCases.map { $0.function(of: model, in: space) }
    }

    private func function(of model: CapturedModel, in space: LogSpace) -> StoredFunction {
        let settings = model.columns.compactMap(\.type.imageSetting)
        let needed = hasRows ? Set(settings).sorted { $0.name < $1.name } : []
        let name = PostgresDialect.literal(model.name)
        return StoredFunction(
            name: functionName(of: model), returns: "trigger", isDefiner: true,
            settings: [.systemNames] + needed,
            body: """
                BEGIN
                  INSERT INTO \(space.name("log")) (model, op, new, old)
                  SELECT \(name), '\(rawValue.prefix(1))', \(images);
                  RETURN NULL;
                END
                """)
    }

    /// New and old row, whole and with whatever columns the table has by now: a session keeps the
    /// plan of what names a column, and refuses to write when that has another type. Who reads the
    /// log takes the model's columns.
    private var images: String {
        switch self {
        case .insert: "row_to_json(NEW), NULL"
        case .update: "row_to_json(NEW), row_to_json(OLD)"
        case .delete: "NULL, row_to_json(OLD)"
        case .truncate: "NULL, NULL"
        }
    }
}

extension UInt64 {
    /// The eight bytes, the highest first.
    fileprivate var bytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - 8 * $0)) }
    }
}
