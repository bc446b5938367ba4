import PostgresWire
import Store

// Seeds in one statement, whatever their number: each parameter is an array, a column of all rows.
extension SeedRows {
    /// Inserts those whose keys are not there.
    var insertion: String {
        """
        INSERT INTO \(quoted(identifier: table.name)) (\(names(columns)))
        SELECT * FROM \(unnested) ON CONFLICT (\(names(table.primaryKey.columns))) DO NOTHING
        """
    }

    /// Finds the places, from 1, of those whose keys are there with other values.
    var selectionOfOthers: String {
        let differences = given.map { "t.\(name($0)) IS DISTINCT FROM s.\(name($0))" }
        return """
            SELECT s.\(Self.place) FROM \(unnested) WITH ORDINALITY AS s(\(names(columns)), \
            \(Self.place)) JOIN \(quoted(identifier: table.name)) AS t \
            USING (\(names(table.primaryKey.columns)))
            WHERE \(differences.joined(separator: " OR ")) ORDER BY 1
            """
    }

    /// The types of the parameters.
    var parameterTypes: [TypeOID] {
        columns.map { place in
            let type = table.columns[place].type.typeOID
            return type.array ?? type
        }
    }

    /// Writes the parameters.
    func write(to fields: inout FieldWriter) throws(FormatFault) {
        for (index, place) in columns.enumerated() {
            let type = table.columns[place].type
            try fields.array(of: type.typeOID) { (field) throws(FormatFault) in
                for row in rows { try field.append(row[index], as: type) }
            }
        }
    }

    /// The place of a row in its order, from 1.
    private static let place = ProgramWriter.Name.place

    private var unnested: String {
        "unnest(\(columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")))"
    }

    private func name(_ place: Int) -> String { quoted(identifier: table.columns[place].name) }

    private func names(_ places: [Int]) -> String {
        places.map(name).joined(separator: ", ")
    }
}

extension BlockingSession {
    /// Runs a statement over the columns of rows.
    ///
    /// - Returns: how many rows it has found or changed, and what numbers are in those found.
    func run(
        _ sql: String, over rows: SeedRows
    ) throws(DatabaseError) -> (count: Int, numbers: [Int64]) {
        let shape = StatementShape(sql, parameters: rows.parameterTypes, use: .once)
        let result = Numbers()
        try perform(sql) { (connection, time) throws(UnitFailure) in
            try connection.run(
                .writes, within: time, row: { result.take($1) },
                step: { result.count = $1?.rowCount ?? 0 }
            ) { session, unit throws(FormatFault) in
                try session.execute(shape, in: unit, columns: .never) {
                    fields throws(FormatFault) in try rows.write(to: &fields)
                }
            }
        }
        return (result.count, result.numbers)
    }
}

/// What comes of a statement on the loop, while the thread that asked waits.
private final class Numbers {
    var count = 0
    var numbers: [Int64] = []

    func take(_ row: DataRow) {
        var row = row
        if let field = row.next(), let number = try? Binary.int8(field) { numbers.append(number) }
    }
}
