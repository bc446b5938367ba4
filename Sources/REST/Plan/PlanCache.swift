/// The read plans of one loop by shape of request, in two generations: when the younger one is full
/// it becomes the older, and what nobody asked for since then is forgotten. Looking up is O(key
/// bytes).
struct PlanCache {
    private var young: [[UInt8]: ReadPlan] = [:]
    private var old: [[UInt8]: ReadPlan] = [:]

    mutating func plan(for key: [UInt8]) -> ReadPlan? {
        if let plan = young[key] { return plan }
        guard let plan = old[key] else { return nil }
        insert(plan, for: key)
        return plan
    }

    mutating func insert(_ plan: ReadPlan, for key: [UInt8]) {
        if young.count >= Limits.cachedPlansMax / 2 {
            old = young
            young = [:]
        }
        young[key] = plan
    }
}
