import Glibc
import PostgresTestSupport
import PostgresWire
import TestSupport

/// What writers did.
struct WriterCounts: Sendable {
    var committed = 0
    var rolledBack = 0
    var deadlocks = 0
    var refused = 0

    static func + (left: WriterCounts, right: WriterCounts) -> WriterCounts {
        WriterCounts(
            committed: left.committed + right.committed,
            rolledBack: left.rolledBack + right.rolledBack,
            deadlocks: left.deadlocks + right.deadlocks, refused: left.refused + right.refused)
    }
}

/// Sessions that write as applications and people at a prompt do: small and long transactions,
/// savepoints, rollbacks, deadlocks, cascades, upserts, COPY, TRUNCATE, rows that move between
/// partitions, keys that change, triggers that are off.
struct Writers {
    static let tables = ["hot", "child", "spread"]

    /// Each write gives its row a version of its own.
    static let schema = """
        CREATE SEQUENCE versions;
        CREATE TABLE hot (id bigint PRIMARY KEY, version bigint NOT NULL DEFAULT nextval('versions'),
          note text, data jsonb);
        CREATE TABLE child (id bigint PRIMARY KEY, version bigint NOT NULL DEFAULT nextval('versions'),
          hot bigint REFERENCES hot ON DELETE CASCADE ON UPDATE CASCADE);
        CREATE TABLE spread (id bigint, version bigint NOT NULL DEFAULT nextval('versions'),
          region bigint NOT NULL) PARTITION BY LIST (region);
        CREATE TABLE spread_0 PARTITION OF spread FOR VALUES IN (0);
        CREATE TABLE spread_1 PARTITION OF spread FOR VALUES IN (1);
        CREATE FUNCTION versioned() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          NEW.version := nextval('versions'); RETURN NEW; END $$;
        CREATE TRIGGER versioned BEFORE UPDATE ON child FOR EACH ROW EXECUTE FUNCTION versioned();
        ALTER TABLE child ENABLE ALWAYS TRIGGER versioned;
        """

    static let firstRows = """
        INSERT INTO hot (id) SELECT g FROM generate_series(1, 40) g;
        INSERT INTO child (id, hot) SELECT g, g % 40 + 1 FROM generate_series(1, 200) g;
        INSERT INTO spread (id, region) SELECT g, g % 2 FROM generate_series(1, 20) g;
        """

    /// Identifiers of new rows; taken by all writers.
    static let fresh = Counter()

    let client: LogClient
    var generator: SeededGenerator
    var counts = WriterCounts()

    init(_ client: LogClient, _ generator: SeededGenerator) throws {
        self.client = client
        self.generator = generator
        // A deadlock is found sooner than in life.
        try client.query("SET deadlock_timeout = '15ms'; SET synchronous_commit = off")
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    /// A statement that changes something, or nothing.
    private mutating func statement() -> String {
        let id = number(1...40)
        let other = number(1...40)
        let new = 1000 + Self.fresh.next()
        switch number(0...19) {
        case 0...4:
            return "UPDATE hot SET version = nextval('versions'), note = 'w' WHERE id = \(id)"
        case 5:
            return
                "UPDATE hot SET version = nextval('versions') WHERE id BETWEEN \(id) AND \(id + 4)"
        case 6: return "UPDATE hot SET note = note WHERE id = \(id)"
        case 7: return "DELETE FROM hot WHERE id = \(id)"
        case 8...9:
            return "INSERT INTO hot (id, data) VALUES (\(id), '{\"a\": [1, 2]}'), (\(other), NULL) "
                + "ON CONFLICT (id) DO UPDATE SET version = nextval('versions'), data = excluded.data"
        case 10: return "INSERT INTO hot (id) VALUES (\(id)) ON CONFLICT DO NOTHING"
        case 11: return "INSERT INTO child (id, hot) SELECT \(new), min(id) FROM hot"
        case 12: return "UPDATE hot SET id = \(new), version = nextval('versions') WHERE id = \(id)"
        case 13: return "DELETE FROM child WHERE id % 10 = \(id % 10)"
        case 14...15:
            return "UPDATE spread SET region = 1 - region, version = nextval('versions') "
                + "WHERE id BETWEEN \(id / 2) AND \(id / 2 + 1)"
        case 16: return "INSERT INTO spread_\(id % 2) (id, region) VALUES (\(new), \(id % 2))"
        case 17:
            return "MERGE INTO hot USING (VALUES (\(id)), (\(other))) v (id) ON v.id = hot.id "
                + "WHEN MATCHED THEN UPDATE SET version = nextval('versions') "
                + "WHEN NOT MATCHED THEN INSERT (id) VALUES (v.id)"
        case 18:
            return "WITH gone AS (DELETE FROM child WHERE id % 20 = \(id % 20) RETURNING hot) "
                + "INSERT INTO spread (id, region) SELECT \(new), 0 FROM gone LIMIT 1"
        default:
            return number(0...9) == 0
                ? "TRUNCATE child" : "INSERT INTO child (id, hot) SELECT \(new), max(id) FROM hot"
        }
    }

    /// Runs one transaction, of whatever kind; what is refused is rolled back.
    mutating func writeOnce() throws {
        do {
            switch number(0...9) {
            case 0...3: try client.query(statement())
            case 4: try copy()
            case 5: try foreign()
            case 6...8: try transaction(longest: 3)
            default: try transaction(longest: 40)
            }
            counts.committed += 1
        } catch let error as ServerError {
            try client.query("ROLLBACK")
            counts.rolledBack += 1
            if error.sqlState == SQLState("40P01") {
                counts.deadlocks += 1
            } else {
                counts.refused += 1
            }
        }
    }

    private mutating func copy() throws {
        let new = (0..<3).map { _ in "\(1000 + Self.fresh.next())\t0\n" }
        try client.copy("COPY spread (id, region) FROM STDIN", new.joined())
    }

    /// As replication writes, with triggers and foreign keys off.
    private mutating func foreign() throws {
        let id = number(1...40)
        try client.query(
            "BEGIN; SET LOCAL session_replication_role = replica;"
                + "UPDATE hot SET version = nextval('versions') WHERE id = \(id);"
                + "INSERT INTO spread (id, region) VALUES (\(1000 + Self.fresh.next()), \(id % 2)); COMMIT"
        )
    }

    /// A transaction of several statements, with pauses between them, up to so many milliseconds.
    private mutating func transaction(longest: Int) throws {
        try client.query("BEGIN")
        for _ in 0...number(1...5) {
            let isUndone = number(0...6) == 0
            if isUndone { try client.query("SAVEPOINT s") }
            try client.query(statement())
            if isUndone { try client.query("ROLLBACK TO s") }
            usleep(UInt32(number(0...longest * 1000)))
        }
        if number(0...7) == 0 {
            try client.query("ROLLBACK")
            counts.rolledBack += 1
            counts.committed -= 1
        } else {
            try client.query("COMMIT")
        }
    }
}
