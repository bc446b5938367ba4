import Bytes
public import PostgresTestSupport
import PostgresWire
public import Store
public import StorePostgres
public import Values

/// A database of a test's own with our functions in it, asked by statements as the engine asks
/// them. Not for two threads at a time.
public final class SampleDatabase {
    /// The session that all is done in.
    public let client: PostgresClient
    /// The database; whoever outlives this keeps it.
    public let database: TestDatabase
    /// How statements are written for it.
    public let dialect = PostgresDialect()

    /// An empty database on the server of all tests.
    public init() throws {
        database = try PostgresServer.shared.makeDatabase()
        client = try database.client()
        try client.execute("SET TimeZone = 'UTC'")
        try client.execute("CREATE SCHEMA \(DatabaseFunction.schema)")
        for function in DatabaseFunction.all { try client.execute(function.statement()) }
    }

    /// The column that numbers the rows of every table from 1, in the order of filling.
    public static let number = "_row"

    /// Makes a table of bare columns and fills it. Keys are for statements only.
    public func make(_ table: Table, _ rows: [[Value]]) throws {
        let columns = table.columns.map { column in
            let collation = column.type == .text ? dialect.textOrder : ""
            return "\(quoted(identifier: column.name)) \(column.type.typeName)\(collation)"
        }
        let name = quoted(identifier: table.name)
        let number = "\(Self.number) bigint GENERATED ALWAYS AS IDENTITY"
        try client.execute(
            "CREATE TABLE \(name) (\((columns + [number]).joined(separator: ", ")))")
        let types = table.columns.map(\.type)
        let numbers = types.indices.map { "$\(ContextSlot.count + $0 + 1)" }
        for row in rows {
            let insert = BoundSQL(
                text: "INSERT INTO \(name) VALUES (\(numbers.joined(separator: ", ")))",
                arguments: row, types: types, mentions: [])
            _ = try self.rows(of: insert, as: [])
        }
    }

    /// The rows of a statement, its columns of these types.
    public func rows(
        of sql: BoundSQL, as types: [ColumnType], _ context: QueryContext = .none
    ) throws -> [[Value]] {
        var rows: [[Value]] = []
        try run(sql, context) { row in
            var row = row
            var values: [Value] = []
            for type in types { values.append(try Value(row.next(), as: type)) }
            rows.append(values)
        }
        return rows
    }

    /// The rows of a statement as JSON objects in an array.
    public func json(
        of sql: BoundSQL, _ layout: RowLayout, _ context: QueryContext = .none
    ) throws -> String {
        var json: [UInt8] = [ASCII.leftBracket]
        try run(sql, context) { row in
            var row = row
            if json.count > 1 { json.append(ASCII.comma) }
            try layout.appendObject(&row, to: &json)
        }
        json.append(ASCII.rightBracket)
        return String(utf8: json)
    }

    private func run(
        _ sql: BoundSQL, _ context: QueryContext, row body: @escaping (DataRow) throws -> Void
    ) throws {
        let shape = StatementShape(sql.text, parameters: sql.parameterTypes)
        try client.run(shape, { try $0.append(sql, in: context) }, row: body)
    }
}
