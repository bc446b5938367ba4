import Diagnostics
import Store

/// What the author can do about a difference that no statement of ours overcomes. Whoever follows
/// one literally loses nothing, and a fresh checkout still builds.
enum Advice: Hashable, Sendable {
    /// Something that is no table and has a model's name, and how it makes way.
    case makeWay(String)
    /// A table without declaration that neither a migration file nor `apus dev` has made.
    case declareForeignTable
    /// A table that is of a kind which somebody has given it.
    case changeByHand
    /// A column without declaration that a trigger, view or index names.
    case dropDependent(DependentObject)

    /// The half of a sentence that follows the reason.
    var wording: String {
        switch self {
        case .makeWay(let wayOut): "\(wayOut), or give the model another name"
        case .declareForeignTable:
            "neither a migration file nor 'apus dev' has made it: declare it, or move it into "
                + "another schema; its rows stay where they are"
        case .changeByHand: "somebody has made it so: change it by hand"
        case .dropDependent(let dependent):
            "write a migration file by hand that drops it: DROP \(dependent.kind) "
                + "\(quoted(identifier: dependent.name));"
        }
    }
}
