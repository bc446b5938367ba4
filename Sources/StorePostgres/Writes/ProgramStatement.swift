import PostgresWire
import Store
import Values

/// A statement of a program, written once when the program is prepared.
final class ProgramStatement: Sendable {
    /// What a parameter takes that the text of a plan knows nothing of.
    enum Binding: Sendable {
        /// An array: what the proposed rows have in a column.
        case column(Int)
        /// An array: what is known of each proposed row (``ProposedRow``).
        case marks
        /// Whether the values of an update are known to be faulty.
        case isFaulty
    }

    /// The text and the arguments' types.
    let sql: BoundSQL
    /// For each argument; nil for a value of the plan.
    private let bindings: [Binding?]
    private let types: [TypeOID]
    /// The statement with parameters of the columns' own types.
    private let shape: StatementShape

    /// Lets `write` write a statement that begins with common table expressions.
    init(
        _ dialect: PostgresDialect, _ use: StatementUse = .kept,
        _ write: (inout ProgramWriter) -> Void
    ) {
        var writer = ProgramWriter(dialect)
        write(&writer)
        var sql = writer.sql.statement
        sql.use = use
        let bindings = sql.arguments.indices.map { writer.bindings[$0] }
        self.sql = sql
        self.bindings = bindings
        var types = sql.parameterTypes
        for (index, binding) in bindings.enumerated() {
            let place = ContextSlot.count + index
            switch binding {
            case .column?, .marks?: types[place] = types[place].array ?? types[place]
            case .isFaulty?, nil: break
            }
        }
        self.types = types
        shape = StatementShape(sql.text, parameters: types, use: sql.shapeUse)
    }

    /// The single arguments that each run has anew: what the row judged or written has in its
    /// columns, and the operands of filters.
    var slots: [ArgumentSlot] { sql.slots }

    /// The statement as these arguments need it.
    func shape(
        for arguments: [Value], _ registry: StatementRegistry
    ) -> StatementShape {
        var types = types
        var isOther = false
        for index in arguments.indices where bindings[index] == nil {
            let type = sql.types[index].parameterType(for: arguments[index])
            if type != types[ContextSlot.count + index] {
                types[ContextSlot.count + index] = type
                isOther = true
            }
        }
        return isOther ? registry.shape(sql, parameters: types) : shape
    }

    /// Writes all parameters.
    func write(
        _ run: ProgramRun, to fields: inout FieldWriter
    ) throws(FormatFault) {
        try fields.append(sql.mentions, of: run.context)
        for (index, argument) in run.arguments.enumerated() {
            let type = sql.types[index]
            switch bindings[index] {
            case nil: try fields.append(argument, as: type)
            case .isFaulty?: fields.bool(run.fault != nil)
            case .marks?:
                fields.array(of: type.typeOID) { field in
                    for row in run.rows { field.int4(row.marks.rawValue) }
                }
            case .column(let column)?:
                try fields.array(of: type.typeOID) { (field) throws(FormatFault) in
                    for row in run.rows { try field.append(row.values[column], as: type) }
                }
            }
        }
    }
}

extension BoundSQL {
    /// The arguments of a run: what the request gives, and what columns are assigned.
    func arguments(_ operands: Operands, _ assignments: [Assignment]) -> [Value] {
        makeArguments { operands.value($0, assigning: assignments) }
    }
}
