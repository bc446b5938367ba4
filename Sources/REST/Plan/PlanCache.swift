/// The plans of one loop by shape of request, in two generations: when the younger one is full it
/// becomes the older, and what nobody asked for since then is forgotten. Looking up is O(bytes of
/// the key).
///
/// It lives as long as its service, and so as the schema and the rules that its plans were made of.
struct PlanCache<Plan> {
    private struct Kept {
        let plan: Plan
        let bytes: Int
    }

    /// A key that is hashed as one run of bytes: an array is hashed byte by byte.
    private struct Key: Hashable {
        let bytes: [UInt8]

        func hash(into hasher: inout Hasher) {
            unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        }
    }

    private var young: [Key: Kept] = [:]
    private var old: [Key: Kept] = [:]
    /// What the younger ones take, as estimated.
    private var bytes = 0

    mutating func plan(for key: [UInt8]) -> Plan? {
        let key = Key(bytes: key)
        if let kept = young[key] { return kept.plan }
        guard let kept = old[key] else { return nil }
        insert(kept, for: key)
        return kept.plan
    }

    /// Keeps a plan, unless it would take the place of many.
    ///
    /// - Parameter members: How many its rows have, with those of the rows in them.
    mutating func insert(_ plan: Plan, for key: [UInt8], members: Int) {
        let bytes =
            RESTLimits.planBytesPerKeyByte * key.count + RESTLimits.planBytesPerMember * members
        guard bytes <= RESTLimits.cachedPlanBytesMax / 8 else { return }
        insert(Kept(plan: plan, bytes: bytes), for: Key(bytes: key))
    }

    private mutating func insert(_ kept: Kept, for key: Key) {
        if young.count >= RESTLimits.cachedPlansMax / 2
            || bytes + kept.bytes > RESTLimits.cachedPlanBytesMax / 2
        {
            old = young
            young = [:]
            bytes = 0
        }
        young[key] = kept
        bytes += kept.bytes
    }
}
