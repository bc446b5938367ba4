extension LogFunctions {
    /// Makes a cut of what has become visible since the last one, if anything has.
    ///
    /// Each of its statements has a snapshot of its own: those after the lock see the last cut.
    /// What was not visible then is what began since, and what ran then; so an old transaction that
    /// stays open does not make ticks slower. Its own transaction must have written nothing: it
    /// would count as visible before it is over. A cut is published once it is durable, whatever
    /// the session says of its commits, and so is all that it covers.
    ///
    /// Its plans are made once: there is one index for each step whatever the snapshots are, and
    /// planning anew with each call is a third of what a tick costs.
    static func tick(_ space: LogSpace) -> StoredFunction {
        StoredFunction(
            name: "tick", parameters: "OUT n bigint, OUT epoch text, OUT last_seq bigint",
            settings: [
                .systemNames, .init(name: "enable_seqscan", value: "off"),
                .init(name: "plan_cache_mode", value: "force_generic_plan"),
            ],
            body: """
                #variable_conflict use_column
                DECLARE p \(space.name("cut")); e \(space.name("epochs")); s pg_snapshot;
                  found_changes bigint; is_renewed boolean := false;
                BEGIN
                  IF current_setting('transaction_isolation') <> 'read committed'
                    OR pg_current_xact_id_if_assigned() IS NOT NULL THEN
                    RAISE 'a tick needs a transaction of its own, READ COMMITTED'
                      USING ERRCODE = '25001';
                  END IF;
                  PERFORM pg_advisory_xact_lock(\(space.arguments(.tick)));
                  SELECT * INTO p FROM \(space.name("cut")) AS k ORDER BY k.n DESC LIMIT 1;
                  SELECT * INTO e FROM \(space.name("epochs")) AS a ORDER BY a.number DESC LIMIT 1;
                  s := pg_current_snapshot();
                \(renewal(space))
                \(numbering(space))
                  IF found_changes IS NULL AND NOT is_renewed THEN
                    n := p.n;
                    epoch := e.epoch;
                    last_seq := p.last_seq;
                    RETURN;
                  END IF;
                \(ending(space))
                END
                """)
    }

    /// A server that was promoted goes on where its copy of the log ends. A database that is
    /// another one drops the log: its transactions have numbers of the old one's. So is a log
    /// dropped that has been emptied of its cuts or epochs, as by a restore of a schema alone. What
    /// runs now is not in sight, so what it has written is kept.
    private static func renewal(_ space: LogSpace) -> String {
        """
          IF p.n IS NULL OR e.origin IS DISTINCT FROM \(space.name("origin"))() THEN
            DELETE FROM \(space.name("log"));
            DELETE FROM \(space.name("commits"));
            DELETE FROM \(space.name("cut"));
            DELETE FROM \(space.name("trimmed"));
            DELETE FROM \(space.name("epochs"));
            p.n := coalesce(p.n, 0);
            p.snap := \(LogTables.unseenFrom("s"));
            p.last_seq := coalesce(p.last_seq, 0);
            p.total := coalesce(p.total, 0);
            is_renewed := true;
          ELSIF e.timeline <> \(space.name("timeline"))() THEN
            is_renewed := true;
          END IF;
          IF is_renewed THEN
            INSERT INTO \(space.name("epochs")) AS a
              (number, epoch, prev, prev_end, origin, timeline)
            SELECT coalesce(e.number, 0) + 1, \(LogTables.newEpoch), b.epoch,
              CASE WHEN b.epoch IS NOT NULL THEN p.last_seq END,
              \(space.name("origin"))(), \(space.name("timeline"))()
            FROM (SELECT) AS one LEFT JOIN \(space.name("epochs")) AS b ON b.number = e.number
            RETURNING a.* INTO e;
          END IF;
        """
    }

    /// A transaction gets as many numbers as its rows drew from first to last, holes included: a
    /// row keeps its number whatever becomes of the others.
    ///
    /// Numbers are summed as `float8`, exact up to 2⁵³: PostgreSQL sums a `bigint` as `numeric`,
    /// which is a fifth of what a tick costs.
    private static func numbering(_ space: LogSpace) -> String {
        """
          WITH seen AS (
            SELECT l.xid, l.ord, l.at FROM \(space.name("log")) AS l
            WHERE l.xid >= pg_snapshot_xmax(p.snap) AND l.xid < pg_snapshot_xmax(s)
              AND pg_visible_in_snapshot(l.xid, s)
            UNION ALL
            SELECT l.xid, l.ord, l.at FROM pg_snapshot_xip(p.snap) AS x (xid)
            JOIN \(space.name("log")) AS l ON l.xid = x.xid
            WHERE pg_visible_in_snapshot(x.xid, s)),
          fresh AS (
            SELECT l.xid, min(l.ord) AS first_ord, max(l.ord) AS last_ord,
              count(*) AS changes, max(l.at) AS at
            FROM seen AS l GROUP BY l.xid),
          placed AS (
            SELECT f.*, p.last_seq + (sum((f.last_ord - f.first_ord + 1)::float8)
              OVER (ORDER BY f.last_ord ROWS UNBOUNDED PRECEDING))::bigint AS last_seq
            FROM fresh AS f),
          kept AS (
            INSERT INTO \(space.name("commits")) AS c
              (first_seq, last_seq, first_ord, xid, cut, changes, at)
            SELECT f.last_seq - (f.last_ord - f.first_ord), f.last_seq, f.first_ord, f.xid,
              p.n + 1, f.changes, f.at
            FROM placed AS f RETURNING c.last_seq, c.changes)
          SELECT max(c.last_seq), sum(c.changes::float8) INTO last_seq, found_changes
          FROM kept AS c;
        """
    }

    private static func ending(_ space: LogSpace) -> String {
        """
          IF current_setting('synchronous_commit') <> 'remote_apply' THEN
            PERFORM set_config('synchronous_commit', 'on', true);
          END IF;
          n := p.n + 1;
          epoch := e.epoch;
          last_seq := coalesce(last_seq, p.last_seq);
          found_changes := coalesce(found_changes, 0);
          INSERT INTO \(space.name("cut"))
          VALUES (n, epoch, s, p.last_seq + 1, last_seq, found_changes, p.total + found_changes,
            greatest(p.at, clock_timestamp()));
          PERFORM pg_notify(\(PostgresDialect.literal(space.channel)), n::text);
        """
    }
}
