import Addresses

extension Setting {
    static let limits = Setting(
        "throttle.limits", \.throttle.limits, .limits, .onReload,
        "how often and how much clients may ask", standard: "none")

    static let planDefault = Setting(
        "throttle.plan_default", \.throttle.planDefault, SettingForm.text.optional, .onReload,
        "the plan of who has none by that claim", standard: "none")

    static let plans = Setting(
        "throttle.plans", \.throttle.plans, .plans, .onReload,
        "what each caller of a plan may do", standard: "none")

    static let planClaim = Setting(
        "throttle.plan_claim", \.throttle.planClaim, .text, .onReload,
        "the claim of a token that names the plan")

    /// How often and how much clients may ask.
    static let throttle = [
        limits,
        plans, planClaim, planDefault,
    ]

    /// Another address for what scrapers read.
    static let metricsListen = Setting(
        "metrics.listen", \.metrics.listen, SettingForm.address.optional, .onRestart,
        "another address for /metrics, which is then nowhere else; /health and /ready are at both",
        standard: "that of listen")

    /// Who may read what scrapers read.
    static let metrics = [
        metricsListen,
        Setting(
            "metrics.key", \.metrics.key, SettingForm.secret(bytesMin: 16).optional, .onRestart,
            "the bearer token that /metrics asks for, 16 bytes or more", standard: "none",
            isSecret: true),
    ]

    static let proxiesTrusted = Setting(
        "proxies.trusted", \.proxies.trusted, .addresses, .onRestart,
        "the proxies whose word counts on the address of a client", standard: "none")

    /// Who says where a request comes from.
    static let proxies = [
        proxiesTrusted,
        Setting(
            "proxies.field", \.proxies.field, .choice("FIELD", \.rawValue), .onRestart,
            "the field in which they write it"),
    ]
}
