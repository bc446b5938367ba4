/// The plans of one loop by shape of request, in two generations: when the younger one is full it
/// becomes the older, and what nobody asked for since then is forgotten. Looking up is O(bytes of
/// the key).
///
/// It lives as long as its service, and so as the schema and the rules that its plans were made of.
struct PlanCache<Plan> {
    private var young: [[UInt8]: Plan] = [:]
    private var old: [[UInt8]: Plan] = [:]

    mutating func plan(for key: [UInt8]) -> Plan? {
        if let plan = young[key] { return plan }
        guard let plan = old[key] else { return nil }
        insert(plan, for: key)
        return plan
    }

    mutating func insert(_ plan: Plan, for key: [UInt8]) {
        if young.count >= RESTLimits.cachedPlansMax / 2 {
            old = young
            young = [:]
        }
        young[key] = plan
    }
}
