import PostgresWire
import Store
import Values

/// A statement that is run often, with the shape that it has for most arguments.
struct ReadStatement {
    private let sql: BoundSQL
    private let shape: StatementShape

    /// A statement; its own arguments are as good as any.
    init(_ sql: BoundSQL, _ registry: StatementRegistry) {
        self.sql = sql
        shape = registry.shape(sql)
    }

    /// Adds it to a unit, with the arguments of a run.
    func execute(
        _ arguments: [Value], _ context: QueryContext, in unit: UnitID,
        _ session: inout PostgresSession, _ registry: StatementRegistry
    ) throws(FormatFault) {
        var sql = sql
        sql.arguments = arguments
        let shape = fits(sql) ? shape : registry.shape(sql)
        try session.execute(shape, in: unit) { (fields) throws(FormatFault) in
            try fields.append(sql, in: context)
        }
    }

    /// Whether no value needs a wider type than its column's.
    private func fits(_ sql: BoundSQL) -> Bool {
        sql.arguments.indices.allSatisfy { index in
            sql.parameterType(at: index) == shape.parameterTypes[ContextSlot.count + index]
        }
    }
}

extension BoundSQL {
    /// How long the server is to remember it.
    var shapeUse: StatementShape.Use {
        switch use {
        case .kept: .kept
        case .once: .once
        }
    }
}

extension StatementRegistry {
    /// The shape of a statement for the arguments that it has.
    func shape(_ sql: BoundSQL) -> StatementShape { shape(sql, parameters: sql.parameterTypes) }

    /// The shape of a statement for parameters of these types. What is run once is not kept here
    /// either.
    func shape(_ sql: BoundSQL, parameters: [TypeOID]) -> StatementShape {
        switch sql.use {
        case .kept: shape(sql.text, parameters: parameters)
        case .once: StatementShape(sql.text, parameters: parameters, use: sql.shapeUse)
        }
    }
}
