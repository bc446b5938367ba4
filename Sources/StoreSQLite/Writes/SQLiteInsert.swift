import Quotas
import Store
import Values

/// An insert as SQLite runs it. Each row is one run of one prepared INSERT.
final class SQLiteInsert: PreparedInsert {
    let table: Table
    let checks: CheckStatement?
    let conflict: ConflictStatements?
    let returning: ReturningStatements
    /// The INSERT, the same for every row: its arguments are a row's values.
    let statement: String
    /// The places of those values in a row; nil for all of them.
    let given: [Int]?
    /// Finds the primary key of a new row, if it may be told.
    let key: ProgramStatement?
    /// Whether rows of one write may refer to one another.
    let refersToItself: Bool
    private let database: SQLiteDatabase

    init(_ program: InsertProgram, in database: SQLiteDatabase) {
        self.database = database
        let table = program.table
        self.table = table
        checks = CheckStatement(program.checks, of: table)
        conflict = program.conflict.map { ConflictStatements($0, of: table) }
        returning = ReturningStatements(program.returning, program.use)
        refersToItself = table.references.contains { $0.other == table.name }
        statement = ProgramStatement { $0.appendInsert(into: table) }.text
        let given = table.givenColumns
        self.given = given.count == table.columns.count ? nil : given
        key = program.keyRule.map { rule in
            ProgramStatement { writer in
                writer.append("SELECT ")
                writer.append(list: table.columns(table.primaryKey.columns, of: Alias.old))
                writer.append(from: RowChoice(oneOf: table, as: Alias.old))
                writer.append(" AND ")
                writer.append(all: [rule])
            }
        }
    }

    var slots: [ArgumentSlot] { returning.slots }

    func run(
        _ rows: NewRows, _ operands: Operands, _ context: QueryContext, for caller: Caller,
        reply: @escaping WriteReply
    ) -> WriteWithdrawal {
        database.run(rows.rows.count, for: caller, reply) {
            [self] (transaction) throws(WriteRefusal) in
            let run = ProgramRun(transaction: transaction, operands: operands, context: context)
            return try InsertRun(insert: self, run: run).write(rows)
        }
    }
}

extension ProgramWriter {
    /// `INSERT INTO …`: a value for every column, but for those that SQLite computes.
    fileprivate mutating func appendInsert(into table: Table) {
        append("INSERT INTO ")
        append(identifier: table.name)
        append(" (")
        let places = table.givenColumns
        for (index, place) in places.enumerated() {
            if index > 0 { append(", ") }
            append(identifier: table.columns[place].name)
        }
        append(") VALUES (")
        append(list: places.map(table.argument))
        append(")")
    }
}
