import Diagnostics
import PostgresTestSupport
import Quotas
import Store
import StorePostgres
import StorePostgresTestSupport
import StoreSQLite
import Values

/// The tables of a stage, on the engine of the tests.
protocol StageTables {
    /// What the hub's rules ask, which has every answer before it returns.
    var reader: any Reader { get }
    /// Commits a statement.
    func run(_ statement: SQL) throws
    func close()
}

extension StageTables {
    /// What queries of one value find.
    func answers(to queries: [ScalarQuery]) throws -> [Value] {
        var found: [Result<Value, Problem>] = []
        reader.ask(queries) { found = $0 }
        return try found.map { try $0.get() }
    }
}

extension TestEngine {
    /// Makes tables on the engine of the tests.
    static func makeTables(_ definitions: [TableDefinition]) throws -> any StageTables {
        isPostgres ? PostgresTables(definitions) : try SQLiteTables(definitions)
    }
}

extension Database {
    func make(_ definitions: [TableDefinition]) throws {
        try writeAndWait { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in
                for definition in definitions { try transaction.create(definition) }
            }
        }
    }

    func commit(_ statement: SQL) throws {
        try writeAndWait { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in _ = try transaction.run(statement) }
        }
    }
}

private struct SQLiteTables: StageTables {
    private let database: SQLiteDatabase
    let reader: any Reader

    init(_ definitions: [TableDefinition]) throws {
        database = try SQLiteDatabase.open(.temporary)
        reader = try database.makeReader()
        try database.make(definitions)
    }

    func run(_ statement: SQL) throws { try database.commit(statement) }
    func close() { database.close() }
}

/// Tables on PostgreSQL, made when something is first asked of them: few tests do. Whoever asks
/// waits for the answer.
private final class PostgresTables: StageTables, Reader {
    private struct Made {
        let database: PostgresDatabase
        let user: ReaderUser
    }

    let dialect: any Dialect = PostgresDialect()
    private let definitions: [TableDefinition]
    private var made: Made?

    init(_ definitions: [TableDefinition]) { self.definitions = definitions }

    var reader: any Reader { self }

    private func tables() throws -> Made {
        if let made { return made }
        let place = try TestDatabase.makeReady()
        let database = try place.open()
        try database.make(definitions)
        let new = Made(database: database, user: try ReaderUser(place))
        made = new
        return new
    }

    func run(_ statement: SQL) throws { try tables().database.commit(statement) }
    func close() { made?.database.close() }

    // MARK: Reading

    func scalarAtHand(
        _ query: ScalarQuery, within time: Duration
    ) throws(DatabaseError) -> Value? { nil }

    func ask(_ queries: [ScalarQuery], reply: @escaping ([Result<Value, Problem>]) -> Void) {
        do {
            reply(try tables().user.ask(queries).map { .success($0) })
        } catch {
            let cause = Problem(DatabaseError.unexpected("\(error)"))
            reply(queries.map { _ in .failure(error as? Problem ?? cause) })
        }
    }

    func read(
        _ query: ReadQuery, _ arguments: ReadArguments, _ context: QueryContext,
        for caller: Caller
    ) throws(DatabaseError) -> Reading<RowsAnswer> {
        throw .unexpected("a hub reads no rows")
    }

    func find(
        _ search: BoundSQL, _ operands: Operands, _ context: QueryContext, for caller: Caller
    ) throws(DatabaseError) -> Reading<FoundRows> {
        throw .unexpected("a hub looks for no rows")
    }
}
