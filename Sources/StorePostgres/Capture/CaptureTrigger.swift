import Bytes
import Store

/// One of the triggers that write a table's changes into the log.
struct CaptureTrigger: Hashable {
    /// What a trigger looks at; its letter in the log is the word's first.
    enum Event: String, CaseIterable {
        case insert = "INSERT"
        case update = "UPDATE"
        case delete = "DELETE"
        case truncate = "TRUNCATE"

        /// Its bit in `pg_trigger.tgtype`.
        fileprivate var bit: Int {
            switch self {
            case .insert: 4
            case .delete: 8
            case .update: 16
            case .truncate: 32
            }
        }
    }

    let event: Event
    /// Whether it runs once for each row, and not once for all rows of a statement.
    let isByRow: Bool

    /// The triggers of a table.
    ///
    /// A statement trigger takes all rows of a statement at once, at half the cost. It does not
    /// know which old row became which new one, and it comes behind all row triggers: a row that
    /// gives its key up and the one that takes it, in one statement, would change places. So
    /// updates and deletes go row by row, in the order in which they happen; an inserted row is
    /// not touched again by its own statement. With `isByRow` inserts go so too: where rows move
    /// between partitions, where they come by replication, and where other triggers change them
    /// again before the statement is over.
    static func all(isByRow: Bool) -> [CaptureTrigger] {
        Event.allCases.map { event in
            switch event {
            case .insert: CaptureTrigger(event: event, isByRow: isByRow)
            case .update, .delete: CaptureTrigger(event: event, isByRow: true)
            case .truncate: CaptureTrigger(event: event, isByRow: false)
            }
        }
    }

    /// All that a table may have: which of those for inserts it needs may change.
    private static let kinds =
        all(isByRow: true) + [CaptureTrigger(event: .insert, isByRow: false)]

    /// Triggers fire in the order of their names' bytes: before those that enforce foreign keys
    /// (`RI_…`) and anybody's, whose own changes come later.
    var name: String { "0_apus_\(event.rawValue.lowercased())" }

    /// What `pg_trigger.tgtype` says.
    var typeBits: Int { event.bit + (isByRow ? 1 : 0) }

    /// Makes it on a table or partition, for a function, or replaces what has its name there. It
    /// also fires where triggers are off, as for what replication applies.
    func statements(on table: String, calling function: String) -> [String] {
        let rows = event == .insert && !isByRow ? " REFERENCING NEW TABLE AS \(Self.changed)" : ""
        return [
            "CREATE OR REPLACE TRIGGER \(quoted(identifier: name))"
                + " AFTER \(event.rawValue) ON \(table)"
                + "\(rows) FOR EACH \(isByRow ? "ROW" : "STATEMENT")"
                + " EXECUTE FUNCTION \(function)()",
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

    /// All rows of a statement, in its trigger.
    private static let changed = "changed"

    /// What the names of all capture functions begin with.
    static let functionPrefix = "capture_"

    /// Its function's name: a table's own may be as long as a name can be. Either kind of trigger
    /// for inserts has its own function, which is right whoever makes the trigger.
    func functionName(of model: CapturedModel) -> String {
        let hash = Hex.encode(FNV1a.hash(Array("\(model.schema)\0\(model.name)".utf8)).bytes)
        let kind = event == .insert && !isByRow ? "_statement" : ""
        return "\(Self.functionPrefix)\(hash)_\(event.rawValue.lowercased())\(kind)"
    }

    /// The names of the functions that triggers of a model may call.
    static func functionNames(of model: CapturedModel) -> Set<String> {
        Set(kinds.map { $0.functionName(of: model) })
    }

    /// The functions that triggers of a model may call.
    static func functions(of model: CapturedModel, in space: LogSpace) -> [StoredFunction] {
        kinds.map { $0.function(of: model, in: space) }
    }

    private func function(of model: CapturedModel, in space: LogSpace) -> StoredFunction {
        let settings = model.columns.compactMap(\.type.imageSetting)
        let needed = event == .truncate ? [] : Set(settings).sorted { $0.name < $1.name }
        let name = PostgresDialect.literal(model.name)
        return StoredFunction(
            name: functionName(of: model), returns: "trigger", isDefiner: true,
            settings: [.systemNames] + needed,
            body: """
                BEGIN
                  INSERT INTO \(space.name("log")) (model, op, new, old)
                  SELECT \(name), '\(event.rawValue.prefix(1))', \(images);
                  RETURN NULL;
                END
                """)
    }

    /// New and old row, whole and with whatever columns the table has by now: a session keeps the
    /// plan of what names a column, and refuses to write when that has another type. Who reads the
    /// log takes the model's columns.
    private var images: String {
        switch event {
        case .insert:
            isByRow
                ? "row_to_json(NEW), NULL" : "row_to_json(c.*), NULL FROM \(Self.changed) AS c"
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
