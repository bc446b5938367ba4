import Quotas

/// The plans of one loop by shape of request, those that were asked for lately. Looking up is
/// O(bytes of the key).
///
/// It lives as long as its service, and so as the schema and the rules that its plans were made of.
struct PlanCache<Plan> {
    /// A key that is hashed as one run of bytes: an array is hashed byte by byte.
    private struct Key: Hashable {
        let bytes: [UInt8]

        func hash(into hasher: inout Hasher) {
            unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        }
    }

    private var plans = RecentItems<Key, Plan>(
        costMax: RESTLimits.cachedPlanBytesMax, countMax: RESTLimits.cachedPlansMax)

    mutating func plan(for key: [UInt8]) -> Plan? { plans.item(for: Key(bytes: key)) }

    /// Keeps a plan, unless it would take the place of many.
    ///
    /// - Parameter members: How many its rows have, with those of the rows in them.
    mutating func insert(_ plan: Plan, for key: [UInt8], members: Int) {
        plans.insert(
            plan, for: Key(bytes: key),
            cost: RESTLimits.planBytesPerKeyByte * key.count
                + RESTLimits.planBytesPerMember * members)
    }
}
