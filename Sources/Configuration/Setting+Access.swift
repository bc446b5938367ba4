import Addresses

extension Setting {
    static let limits = Setting(
        "throttle.limits", \.throttle.limits, .limits, .onReload,
        "how often and how much clients may ask", standard: "none")

    static let planDefault = Setting(
        "throttle.plan_default", \.throttle.planDefault, SettingForm.text.optional, .onReload,
        "the plan of who has none by that claim", standard: "none")

    /// How often and how much clients may ask.
    static let throttle = [
        limits,
        Setting(
            "throttle.plans", \.throttle.plans, .plans, .onReload,
            "what each caller of a plan may do", standard: "none"),
        Setting(
            "throttle.plan_claim", \.throttle.planClaim, .text, .onReload,
            "the claim of a token that names the plan"),
        planDefault,
    ]

    /// Who may read what scrapers read.
    static let metrics = [
        Setting(
            "metrics.listen", \.metrics.listen, SettingForm.address.optional, .onRestart,
            "another address for /metrics, which is then nowhere else; /health and /ready are at "
                + "both",
            standard: "that of listen"),
        Setting(
            "metrics.key", \.metrics.key, SettingForm.secret.optional, .onRestart,
            "the bearer token that /metrics asks for", standard: "none", isSecret: true),
    ]

    /// Who says where a request comes from.
    static let proxies = [
        Setting(
            "proxies.trusted", \.proxies.trusted, .addresses, .onRestart,
            "the proxies whose word counts on the address of a client", standard: "none"),
        Setting(
            "proxies.field", \.proxies.field, .choice("FIELD", \.rawValue), .onRestart,
            "the field in which they write it"),
    ]
}
