import Bytes
import Diagnostics

// What limits and plans say of one another, and of what else there is.

extension GivenSettings {
    func requireAgreement(in throttle: Settings.Throttle) throws(SettingFault) {
        if let plan = throttle.planDefault {
            try requireName(plan, among: throttle.plans.map(\.name), "plan", .planDefault)
        }
        if throttle.plans.isEmpty, source(of: .planClaim) != .standard {
            throw SettingFault(
                message: "\(source(of: .planClaim)): throttle.plan_claim does nothing without "
                    + "throttle.plans")
        }
        try requireOwnNames(in: throttle)
    }

    /// Refuses limits of models that there are not, which would limit nothing.
    ///
    /// - Throws: `SettingFault` naming the place of the model.
    public func checkModels(
        of limits: [ThrottleLimit], _ models: [String]
    ) throws(SettingFault) {
        for (number, limit) in limits.enumerated() {
            for (place, model) in limit.models.enumerated() {
                try requireName(model, among: models, "model", .limits) {
                    $0.element(at: number)?["models"]?.element(at: place)
                }
            }
        }
    }

    /// Refuses limits of paths that no route has, which would limit nothing.
    ///
    /// - Parameter isServed: whether there is something at a path or below it.
    /// - Throws: `SettingFault` naming the place of the path.
    public func checkRoutes(
        of limits: [ThrottleLimit], _ isServed: (String) -> Bool
    ) throws(SettingFault) {
        for (number, limit) in limits.enumerated() {
            for (index, route) in limit.routes.enumerated()
            where route.hasPrefix("/") && !isServed(route) {
                let place = place(of: .limits) {
                    $0.element(at: number)?["routes"]?.element(at: index)
                }
                throw SettingFault(
                    message: "\(place): throttle.limits names a path that nothing is served at: "
                        + "'\(route)'")
            }
        }
    }

    /// Refuses two policies of one name: answers and metrics could not tell them apart.
    private func requireOwnNames(in throttle: Settings.Throttle) throws(SettingFault) {
        var owners: [String: String] = [:]
        func take(
            _ name: String, for owner: String, _ setting: Setting, at part: Part
        ) throws(SettingFault) {
            guard let other = owners.updateValue(owner, forKey: name) else { return }
            throw SettingFault(
                message: "\(place(of: setting, part)): \(other) and \(owner) are both called "
                    + "\"\(name)\" in answers and metrics; rename one of them")
        }
        for (number, limit) in throttle.limits.enumerated() {
            for measure in limit.quota.measures {
                let owner = "the \(measure) of the limit \"\(limit.name)\""
                try take(measure.policyName(of: limit.name), for: owner, .limits) {
                    $0.element(at: number)?["name"]
                }
            }
        }
        for plan in throttle.plans {
            var policies = plan.quota.measures.map {
                ($0.policyName(of: plan.policyName), $0.rawValue)
            }
            if plan.feedsMax != nil { policies.append((plan.feedsPolicyName, "feeds")) }
            for (name, what) in policies {
                try take(name, for: "the \(what) of the plan \"\(plan.name)\"", .plans) {
                    $0[plan.name]
                }
            }
        }
    }

    private func requireName(
        _ name: String, among names: [String], _ noun: String, _ setting: Setting,
        at part: Part = { $0 }
    ) throws(SettingFault) {
        guard !names.contains(name) else { return }
        let near = nearest(name, in: names).map { "; did you mean '\($0)'?" } ?? ""
        throw SettingFault(
            message: "\(place(of: setting, part)): \(setting) names a \(noun) that there is not: "
                + "'\(name)'\(near)")
    }
}
