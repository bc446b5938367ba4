/// Media types that clients ask for and that are not made yet (rest.md §11.1).
enum UnbuiltMediaType: String, CaseIterable {
    case csv = "text/csv"
    case textPlan = "application/vnd.pgrst.plan+text"
    case jsonPlan = "application/vnd.pgrst.plan+json"
    case plan = "application/vnd.pgrst.plan"
    case geoJSON = "application/geo+json"

    /// The first of them that a value of `Accept` names; nil where it names none.
    init?(accept: String) {
        let names = accept.split(separator: ",").map { part in
            part.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
        guard let type = names.lazy.compactMap(Self.init(rawValue:)).first else { return nil }
        self = type
    }

    /// What it is, and the verb to it.
    var wording: String {
        switch self {
        case .csv: "CSV is"
        case .textPlan, .jsonPlan, .plan: "Plans are"
        case .geoJSON: "GeoJSON is"
        }
    }
}
