import Store

// A sequence stands in no transaction: what it has given is given. So it is only ever raised, and
// nobody else takes a number meanwhile.
extension PostgresMigrationTransaction {
    func raise(_ sequence: IdentitySequence) throws(DatabaseError) {
        if try lagging(among: [sequence]).isEmpty { return }
        // Who inserts has taken its number and may not have its row yet.
        try execute(
            """
            LOCK TABLE \(quoted(identifier: sequence.table)) IN SHARE ROW EXCLUSIVE MODE;
            SELECT pg_catalog.setval(id, greatest) FROM \(Self.lag(of: sequence))
            """)
    }

    func raise(_ sequence: IdentitySequence, to number: Int64) throws(DatabaseError) {
        let table = quoted(identifier: sequence.table)
        let column = PostgresDialect.literal(sequence.column)
        try execute(
            """
            LOCK TABLE \(table) IN SHARE ROW EXCLUSIVE MODE;
            SELECT pg_catalog.setval(id, \(number)) FROM (
              SELECT pg_catalog.pg_get_serial_sequence(\(PostgresDialect.literal(table)),
                \(column))::regclass AS id) AS s
            WHERE id IS NOT NULL AND \(number) > coalesce(pg_catalog.pg_sequence_last_value(id), 0)
            """)
    }

    /// Those whose tables hold values, of those that count, beyond what the sequence has given.
    func lagging(among sequences: [IdentitySequence]) throws(DatabaseError) -> [IdentitySequence] {
        if sequences.isEmpty { return [] }
        let queries = sequences.enumerated().map { place, sequence in
            "SELECT \(place) FROM \(Self.lag(of: sequence))"
        }
        let rows = try session.run(queries.joined(separator: " UNION ALL "))
        return rows.compactMap { $0.first.flatMap { $0 }.flatMap { Int($0) } }
            .map { sequences[$0] }
    }

    /// The sequence of a column and the greatest value there, where it is behind.
    private static func lag(of sequence: IdentitySequence) -> String {
        let column = quoted(identifier: sequence.column)
        let table = quoted(identifier: sequence.table)
        return """
            (SELECT pg_catalog.pg_get_serial_sequence(\(PostgresDialect.literal(table)),
                \(PostgresDialect.literal(sequence.column)))::regclass AS id) AS s,
              (SELECT max(\(column)) AS greatest FROM \(table)
               WHERE \(column) <= \(sequence.countedMax)) AS m
            WHERE id IS NOT NULL AND greatest > 0
              AND greatest > coalesce(pg_catalog.pg_sequence_last_value(id), 0)
            """
    }
}
