/// What making a plan of the parts of a request takes, where a test of a column by a value takes
/// ten: some four microseconds on the machine on which they were measured.
public enum PlanningCost {
    /// A test of a column by a value.
    public static let test = 10
    /// A further step of a path.
    static let step = 10
    /// A pattern of a list.
    static let pattern = 10
    /// A value of a list.
    static let value = 1
    /// A column that is shown.
    static let column = 10
    /// A column that `*` stands for.
    static let starColumn = 5
    /// A column that rows are ordered by.
    static let orderTerm = 10
    /// A related table, without what is said of it.
    static let embed = 200
}

extension Filter {
    /// What making a plan of it takes.
    public var planningCost: Int {
        switch self {
        case .test(let test): test.planningCost
        case .all(let filters), .any(let filters): filters.reduce(0) { $0 + $1.planningCost }
        case .not(let filter): filter.planningCost
        }
    }
}

extension FilterTest {
    fileprivate var planningCost: Int {
        let more =
            switch operation {
            case .like(_, .array(let patterns, _)): PlanningCost.pattern * patterns.count
            case .comparison(_, .array(let values, _)): PlanningCost.value * values.count
            case .membership(let values): PlanningCost.value * values.count
            case .comparison(_, .value), .like(_, .value), .distinct, .state: 0
            }
        return PlanningCost.test + field.furtherSteps + more
    }
}

extension OrderTerm {
    /// What making a plan of it takes.
    public var planningCost: Int { PlanningCost.orderTerm + field.furtherSteps }
}

extension SelectItem {
    /// What making a plan of it takes.
    ///
    /// - Parameter columnsMax: The most columns that a table has.
    public func planningCost(columnsMax: Int) -> Int {
        switch self {
        case .all: PlanningCost.starColumn * columnsMax
        case .field(let field): PlanningCost.column + (field.field?.furtherSteps ?? 0)
        case .embed(let embed):
            embed.items.reduce(PlanningCost.embed) {
                $0 + $1.planningCost(columnsMax: columnsMax)
            }
        }
    }
}

extension Field {
    /// What the steps of its path take after the first.
    fileprivate var furtherSteps: Int { PlanningCost.step * max(0, path.count - 1) }
}
