import Addresses
import Bytes

// What is allowed and probably not meant.

extension GivenSettings {
    /// Values that open what was to be closed, or limit nothing: one line each, beginning with who
    /// has given them.
    public var warnings: [String] {
        let settings = settings
        return proxyWarnings(settings.proxies) + planWarnings(settings.throttle)
            + metricsWarnings(settings.metrics)
    }

    private func metricsWarnings(_ metrics: Settings.Metrics) -> [String] {
        guard metrics.key == nil, let address = metrics.listen, !address.isOfThisMachine else {
            return []
        }
        return [
            "\(source(of: .metricsListen)): metrics.listen is open to other machines, and without "
                + "APUS_METRICS_KEY whoever reaches it may read /metrics"
        ]
    }

    private func proxyWarnings(_ proxies: Settings.Proxies) -> [String] {
        guard let range = proxies.trusted.first(where: \.isEverything) else { return [] }
        return [
            "\(source(of: .proxiesTrusted)): proxies.trusted has \(range), which is everybody: "
                + "whoever calls can say where from, and passes the limits of addresses"
        ]
    }

    private func planWarnings(_ throttle: Settings.Throttle) -> [String] {
        if throttle.plans.isEmpty { return [] }
        var warnings = throttle.plans.filter(\.isEmpty).map { plan in
            "\(place(of: .plans) { $0[plan.name] }): the plan \"\(plan.name)\" limits nothing: "
                + "whoever has it is unlimited"
        }
        if throttle.planClaim.split(separator: ".").first == "user_metadata" {
            warnings.append(
                "\(source(of: .planClaim)): throttle.plan_claim is in user_metadata, which users "
                    + "write themselves: they choose their plans")
        }
        if throttle.planDefault == nil {
            warnings.append(
                "\(source(of: .plans)): throttle.plans without throttle.plan_default: who has not "
                    + "signed in, and whose claim names no plan, is unlimited")
        }
        return warnings
    }
}
