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
            let plant = try SeedPlant(row, of: model, defaultValue)
            if plants.isEmpty || !plants[plants.count - 1].take(plant) { plants.append(plant) }
        }
        let all = plants
        return try database.migrate { transaction throws(Problem) in
            try transaction.plant(all)
        }
    }
}

/// Seed rows that the database is asked about together.
private struct SeedPlant: Sendable {
    private(set) var seeds: SeedRows
    let sequence: IdentitySequence?
    private(set) var locations: [SourceLocation]

    /// The most rows of one: what they bind stands in memory twice.
    private static let rowsMax = 10_000

    init(
        _ row: SeedRow, of model: Model,
        _ defaultValue: (Model, Int) throws(Problem) -> Value
    ) throws(Problem) {
        let given = zip(row.columns, row.values).sorted { $0.0 < $1.0 }
        var values = given.map(\.1)
        var defaults: [Int] = []
        for (index, column) in model.columns.enumerated() where !row.columns.contains(index) {
            switch column.default {
            case .constant(let value)?: values.append(value)
            case .expression?: values.append(try defaultValue(model, index))
            case nil: continue
            }
            defaults.append(index)
        }
        seeds = SeedRows([values], of: model.table, given: given.map(\.0), defaults: defaults)
        sequence = model.sequence
        locations = [row.location]
    }

    private init(_ seeds: SeedRows, _ sequence: IdentitySequence?, _ locations: [SourceLocation]) {
        self.seeds = seeds
        self.sequence = sequence
        self.locations = locations
    }

    /// Takes on the rows of another one, if they are of the same table and give the same columns.
    mutating func take(_ other: SeedPlant) -> Bool {
        guard seeds.table.name == other.seeds.table.name, seeds.given == other.seeds.given,
            seeds.columns == other.seeds.columns, locations.count < Self.rowsMax
        else { return false }
        seeds.rows += other.seeds.rows
        locations += other.locations
        return true
    }

    /// Two of it, for a plant of more than one row.
    var halves: [SeedPlant] {
        let middle = locations.count / 2
        return [0..<middle, middle..<locations.count].map { range in
            var half = seeds
            half.rows = Array(seeds.rows[range])
            return SeedPlant(half, sequence, Array(locations[range]))
        }
    }
}

extension MigrationTransaction {
    fileprivate func plant(_ plants: [SeedPlant]) throws(Problem) -> Planting {
        var planting = Planting()
        try seeding { () throws(DatabaseError) in try deferForeignKeys() }
        for plant in plants { try self.plant(plant, &planting) }
        let fault = try seeding { () throws(DatabaseError) in try foreignKeyFault(in: "the seeds") }
        if let fault { throw .seeding(fault) }
        return planting
    }

    /// One of many rows that are refused is found by halves.
    private func plant(_ plant: SeedPlant, _ planting: inout Planting) throws(Problem) {
        let outcome: SeedOutcome
        do throws(DatabaseError) {
            outcome = try self.plant(plant.seeds)
        } catch {
            guard plant.locations.count > 1 else {
                throw .seeding("\(plant.locations[0]): \(error.wording)")
            }
            for half in plant.halves { try self.plant(half, &planting) }
            return
        }
        // Numbers given later must not meet those of seeds.
        if outcome.added > 0, let sequence = plant.sequence {
            try seeding { () throws(DatabaseError) in try raise(sequence) }
        }
        planting.added += outcome.added
        planting.kept += outcome.others.map { plant.locations[$0] }
    }
}

/// Runs `body` and words its errors for the command line.
private func seeding<R>(_ body: () throws(DatabaseError) -> R) throws(Problem) -> R {
    do throws(DatabaseError) {
        return try body()
    } catch {
        throw .seeding(error.wording)
    }
}

extension Problem {
    /// A fault of seeds, for the person at the command line.
    fileprivate static func seeding(_ message: String) -> Problem {
        Problem(code: "seeding_failed", status: 500, message: message)
    }
}
