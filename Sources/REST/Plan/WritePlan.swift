import Store

/// What a write is to do, all but its values. Belongs to a shape of request and a role, not to a
/// caller.
enum WritePlan: Sendable {
    case insert(InsertPlan)
    case update(UpdatePlan)
    case delete(DeletePlan)
    /// A PATCH whose body changes nothing.
    case nothing(ReturnPlan)

    var returning: ReturnPlan {
        switch self {
        case .insert(let plan): plan.returning
        case .update(let plan): plan.returning
        case .delete(let plan): plan.returning
        case .nothing(let returning): returning
        }
    }

    /// The places that operands of the request have in its statements.
    var slots: [ArgumentSlot] {
        switch self {
        case .insert(let plan): plan.program.slots
        case .update(let plan): plan.program.slots
        case .delete(let plan): plan.slots
        case .nothing: []
        }
    }
}

/// A condition on a row as it will be; that of an update may look at the row as it was.
struct RowCheck: Sendable {
    let rule: RowRule
    /// The protected column the rule belongs to; nil for the model's own rule.
    let column: Int?
}
