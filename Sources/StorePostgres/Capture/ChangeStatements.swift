public import PostgresWire

/// The statements that read the log, and the one that puts it in order. All results are binary.
///
/// Any node may run them, those that read also on a physical standby: a cut arrives there behind
/// all that it covers.
public struct ChangeStatements: Sendable {
    /// A tick, as three steps of one unit of work: its transaction is READ COMMITTED and writes,
    /// whatever the session's default. The row of the second is a ``Tick``.
    public let tick: [StatementShape]
    /// The newest cut; its row is a ``Cut``. There always is one.
    public let newestCut: StatementShape
    /// Changes in their order; see ``changes(of:after:limit:to:)``. Rows are ``CapturedRow``s.
    ///
    /// It costs as much as the rows that it gives, wherever in the log and in a transaction of any
    /// size it begins: a page begins where the one before ended. Whoever reads page by page looks
    /// at ``history`` after each page: what retention deleted meanwhile is told there.
    public let changes: StatementShape
    /// Epochs, the newest number and what retention has deleted; see ``FeedHistory``.
    public let history: StatementShape

    /// The statements of a log.
    public init(_ space: LogSpace = LogSpace()) {
        tick = [
            StatementShape("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE"),
            StatementShape("SELECT t.n, t.epoch, t.last_seq FROM \(space.name("tick"))() AS t"),
            StatementShape("COMMIT"),
        ]
        newestCut = StatementShape(
            "SELECT n, epoch, last_seq, at FROM \(space.name("cut")) ORDER BY n DESC LIMIT 1")
        changes = StatementShape(
            Self.changes(space),
            parameters: [.int8, .int8, TypeOID.text.array ?? .unspecified])
        history = StatementShape(Self.history(space))
    }

    /// A transaction's rows are found by its number and theirs, so that neither a page nor its
    /// beginning must be counted out. Which models are asked for stands in `coalesce`: the planner
    /// would guess that few rows are of them, and sort all of a transaction for each page.
    private static func changes(_ space: LogSpace) -> String {
        """
        SELECT c.first_seq + (l.ord - c.first_ord) AS seq, c.first_seq, c.cut, c.xid, c.at,
          l.model, l.op, \(image("l.new")), \(image("l.old"))
        FROM \(space.name("commits")) AS c CROSS JOIN LATERAL (
          SELECT b.* FROM \(space.name("log")) AS b
          WHERE b.xid = c.xid AND b.ord > c.first_ord + ($1 - c.first_seq)
            AND coalesce(b.model = ANY ($3), true)
          ORDER BY b.ord LIMIT $2) AS l
        WHERE c.first_seq >= coalesce((
          SELECT max(d.first_seq) FROM \(space.name("commits")) AS d
          WHERE d.first_seq <= $1), 0)
        ORDER BY c.first_seq, l.ord LIMIT $2
        """
    }

    /// A row, or NULL for one that is too large for a node. What is stored in a few bytes is not
    /// looked at: compression makes texts some ninety times shorter at most.
    private static func image(_ column: String) -> String {
        """
        CASE WHEN pg_catalog.pg_column_size(\(column)) < 65536
          OR pg_catalog.octet_length(\(column)::text) <= \(CaptureLimits.imageBytesMax)
          THEN \(column) END
        """
    }

    private static func history(_ space: LogSpace) -> String {
        """
        SELECT 'e'::"char", e.epoch, e.prev, e.prev_end, e.number FROM \(space.name("epochs")) AS e
        UNION ALL
        SELECT 't', t.model, NULL, t.seq, NULL FROM \(space.name("trimmed")) AS t
        UNION ALL
        SELECT 'h', '', NULL, k.last_seq, NULL FROM (
          SELECT last_seq FROM \(space.name("cut")) ORDER BY n DESC LIMIT 1) AS k
        """
    }

    /// The values of ``changes``: those after `sequence`, at most `limit`; those of other tables
    /// than `models` left out, unless that is nil.
    public static func changes(
        of models: Set<String>? = nil, after sequence: Int64, limit: Int64,
        to fields: inout FieldWriter
    ) {
        fields.int8(max(sequence, 0))
        fields.int8(limit)
        guard let models else { return fields.null() }
        fields.array(of: .text) { for model in models { $0.text(model) } }
    }
}
