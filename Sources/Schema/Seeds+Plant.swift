public import Diagnostics
public import Store
public import Values

/// What became of the seed rows.
public struct Planting: Hashable, Sendable {
    /// How many rows were new.
    public fileprivate(set) var added = 0
    /// Where the rows are given that are there already with other values.
    public fileprivate(set) var kept: [SourceLocation] = []
}

extension Catalogue {
    /// Inserts the seed rows in one transaction; rows whose key is there already are left as they
    /// are. Blocks.
    ///
    /// - Parameter defaultValue: gives the value of a column whose default is an expression.
    /// - Returns: how many rows were new, and which are there already with other values.
    /// - Throws: a problem with the row's place when one is refused; then none is inserted.
    public func plantSeeds(
        in database: some MigrationTarget,
        defaultValue: (Model, Int) throws(Problem) -> Value
    ) throws(Problem) -> Planting {
        var plants: [SeedPlant] = []
        for row in seeds {
            guard let model = model(row.model) else { continue }
            plants.append(try SeedPlant(row, of: model, database.definitions, defaultValue))
        }
        let rows = plants
        return try database.migrate { transaction throws(Problem) in
            try transaction.plant(rows)
        }
    }
}

/// What one seed row asks of the database.
private struct SeedPlant: Sendable {
    let insertion: BoundSQL
    /// Finds the row with the key of the seed row if it has other values.
    let otherwise: BoundSQL
    let sequence: IdentitySequence?
    let location: SourceLocation

    init(
        _ row: SeedRow, of model: Model, _ dialect: any Dialect,
        _ defaultValue: (Model, Int) throws(Problem) -> Value
    ) throws(Problem) {
        var columns = row.columns
        var values = row.values
        for (index, column) in model.columns.enumerated() where !row.columns.contains(index) {
            switch column.default {
            case .constant(let value)?: values.append(value)
            case .expression?: values.append(try defaultValue(model, index))
            case nil: continue
            }
            columns.append(index)
        }
        insertion = dialect.text(of: model.table.insertionIfAbsent(of: values, in: columns))
        otherwise = dialect.text(
            of: model.table.selection(ofOtherThan: row.values, in: row.columns))
        sequence = model.sequence
        location = row.location
    }
}

extension MigrationTransaction {
    fileprivate func plant(_ rows: [SeedPlant]) throws(Problem) -> Planting {
        var planting = Planting()
        try seeding { () throws(DatabaseError) in try deferForeignKeys() }
        for row in rows {
            try seeding(row.location) { () throws(DatabaseError) in
                let added = try change(row.insertion)
                planting.added += added
                if try finds(row.otherwise) { planting.kept.append(row.location) }
                // Numbers given later must not meet those of seeds.
                if added > 0, let sequence = row.sequence { try raise(sequence) }
            }
        }
        let fault = try seeding { () throws(DatabaseError) in try foreignKeyFault(in: "the seeds") }
        if let fault { throw .seeding(fault) }
        return planting
    }
}

/// Runs `body` and words its errors for the command line.
///
/// - Parameter location: the seed row that it is about.
private func seeding<R>(
    _ location: SourceLocation? = nil, _ body: () throws(DatabaseError) -> R
) throws(Problem) -> R {
    do throws(DatabaseError) {
        return try body()
    } catch {
        throw .seeding((location.map { "\($0): " } ?? "") + error.wording)
    }
}

extension Problem {
    /// A fault of seeds, for the person at the command line.
    fileprivate static func seeding(_ message: String) -> Problem {
        Problem(code: "seeding_failed", status: 500, message: message)
    }
}
