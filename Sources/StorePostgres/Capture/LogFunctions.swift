/// The functions that look after the log, but for those of triggers.
enum LogFunctions {
    static func all(in space: LogSpace) -> [StoredFunction] {
        [origin(space), timeline(space), tick(space), trim(space)]
    }

    /// Which database this is. A physical copy is the same one; what was dumped and restored,
    /// copied as a template or upgraded is another, in which transactions are counted anew.
    private static func origin(_ space: LogSpace) -> StoredFunction {
        StoredFunction(
            name: "origin", returns: "text",
            body: """
                BEGIN
                  RETURN concat((SELECT system_identifier FROM pg_control_system()), '/',
                    (SELECT oid FROM pg_database WHERE datname = current_database()), '/',
                    \(PostgresDialect.literal(space.name("cut")))::regclass::oid);
                END
                """)
    }

    /// The server's timeline, which a promotion changes at once: `pg_control_checkpoint` is late.
    private static func timeline(_ space: LogSpace) -> StoredFunction {
        StoredFunction(
            name: "timeline", returns: "text",
            body: """
                BEGIN RETURN left(pg_walfile_name(pg_current_wal_insert_lsn()), 8); END
                """)
    }

    /// A pass of retention goes over the log from the left, some commits at a time.
    ///
    /// `upto` is the last commit of this step. A transaction with more changes than a step may
    /// delete is a step of its own, and of several.
    private static func trim(_ space: LogSpace) -> StoredFunction {
        StoredFunction(
            name: "trim",
            parameters: """
                INOUT place bigint, models text[], seconds double precision[],
                other_seconds double precision, rows_max bigint, step_rows bigint,
                OUT deleted bigint, OUT is_last boolean
                """,
            body: """
                DECLARE newest record; upto bigint; is_due boolean; cuts record;
                BEGIN
                  deleted := 0;
                  is_last := true;
                  IF NOT pg_try_advisory_xact_lock(\(space.arguments(.trim))) THEN RETURN; END IF;
                  SELECT * INTO newest FROM \(space.name("cut")) ORDER BY n DESC LIMIT 1;
                  SELECT max(w.first_seq) INTO upto FROM (
                    SELECT c.first_seq, sum(c.changes) OVER (ORDER BY c.first_seq) AS sum,
                      row_number() OVER (ORDER BY c.first_seq) AS rank
                    FROM (SELECT * FROM \(space.name("commits")) WHERE first_seq > trim.place
                      ORDER BY first_seq LIMIT step_rows) AS c) AS w
                  WHERE w.sum <= step_rows OR w.rank = 1;
                  IF upto IS NULL THEN RETURN; END IF;
                  SELECT coalesce(bool_or(k.total <= newest.total - rows_max OR k.at < now()
                      - (SELECT least(min(s), other_seconds) FROM unnest(seconds) AS s)
                        * interval '1 second'), false) INTO is_due
                  FROM \(space.name("commits")) AS c JOIN \(space.name("cut")) AS k ON k.n = c.cut
                  WHERE c.first_seq > place AND c.first_seq <= upto;
                  IF NOT is_due THEN RETURN; END IF;
                  SELECT coalesce(max(c.cut) FILTER (WHERE c.first_seq <= place), 0) AS first,
                    max(c.cut) AS last INTO cuts FROM \(space.name("commits")) AS c
                  WHERE c.first_seq <= upto AND c.first_seq >= coalesce((
                    SELECT max(d.first_seq) FROM \(space.name("commits")) AS d
                    WHERE d.first_seq <= place), 0);
                \(deletion(space))
                END
                """)
    }

    private static func deletion(_ space: LogSpace) -> String {
        """
          WITH doomed AS (
            SELECT l.xid, l.ord, l.model, c.first_seq + (l.ord - c.first_ord) AS seq
            FROM \(space.name("commits")) AS c JOIN \(space.name("cut")) AS k ON k.n = c.cut
            JOIN \(space.name("log")) AS l ON l.xid = c.xid
            LEFT JOIN unnest(models, seconds) AS r (model, keep) ON r.model = l.model
            WHERE c.first_seq > place AND c.first_seq <= upto
              AND (k.total <= newest.total - rows_max OR k.at < now()
                - coalesce(r.keep, other_seconds) * interval '1 second')
            ORDER BY c.first_seq, l.ord LIMIT step_rows),
          gone AS (
            DELETE FROM \(space.name("log")) AS l USING doomed AS d
            WHERE l.xid = d.xid AND l.ord = d.ord),
          marked AS (
            INSERT INTO \(space.name("trimmed")) AS t (model, seq)
            SELECT d.model, max(d.seq) FROM doomed AS d GROUP BY d.model
            ON CONFLICT (model) DO UPDATE SET seq = greatest(t.seq, excluded.seq))
          SELECT count(*) INTO deleted FROM doomed;
          IF deleted = step_rows THEN upto := place; END IF;
          DELETE FROM \(space.name("commits")) AS c
          WHERE c.first_seq > place AND c.first_seq <= upto AND c.cut < newest.n
            AND NOT EXISTS (SELECT FROM \(space.name("log")) AS l WHERE l.xid = c.xid);
          DELETE FROM \(space.name("cut")) AS k
          WHERE k.n >= cuts.first AND k.n <= cuts.last AND k.n < newest.n AND NOT EXISTS (
            SELECT FROM \(space.name("commits")) AS c
            WHERE c.first_seq >= k.first_seq AND c.first_seq <= k.last_seq);
          place := upto;
          is_last := false;
        """
    }
}
