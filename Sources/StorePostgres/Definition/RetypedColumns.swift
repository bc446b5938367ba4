import Store

/// The columns that get another type, with all that changes of them at once.
struct RetypedColumns {
    private var places: [Int: [Int]] = [:]
    private let all: [TableAlteration]

    init(_ alterations: [TableAlteration]) {
        all = alterations
        for case .retype(let column, _) in alterations { places[column] = [] }
        for (place, alteration) in alterations.enumerated() {
            switch alteration {
            case .retype(let column, _), .constantDefault(let column), .condition(let column, _):
                places[column]?.append(place)
            case .addColumn, .dropColumn, .compute, .stopComputing, .requirement, .attributes,
                .primaryKey, .addUnique, .dropUnique, .dropOtherUnique, .addReference,
                .dropReference, .addCheck, .dropCheck, .constraintNames, .keyName, .options,
                .addIndex, .dropIndex:
                continue
            }
        }
    }

    func isRetyped(_ column: Int) -> Bool { places[column] != nil }

    /// The alterations of a column that its new type brings along, with their places.
    func alterations(of column: Int) -> [(place: Int, alteration: TableAlteration)] {
        (places[column] ?? []).map { ($0, all[$0]) }
    }
}
