import Bytes
import Quotas

// What stands in the section "throttle" of `project.json`.

extension SettingForm<RateLimit> {
    /// A rate that is one.
    fileprivate static let someRate = SettingForm.string(
        SettingSyntax(
            placeholder: "RATE", wording: RateLimit.wording,
            jsonSchema: ["type": "string", "pattern": .string(RateLimit.pattern)], examples: [],
            counterexample: nil),
        { RateLimit($0) }, print: { $0.description })
}

extension SettingForm<String> {
    fileprivate static let quotaName = text(
        "a name of letters (a-z), digits, - and _", pattern: "^[a-z0-9_-]{1,64}$"
    ) { name in
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || ASCII.isDigit($0) || $0 == ASCII.minus
                    || $0 == UInt8(ascii: "_")
            }
    }

    fileprivate static let route = text(
        "rest, auth, realtime, or a path such as \"/auth/v1/token\"",
        pattern: "^(rest|auth|realtime|/[^?# ]*)$"
    ) { ["rest", "auth", "realtime"].contains($0) || $0.hasPrefix("/") && !$0.contains("?") }

    fileprivate static let model = text("the name of a model", pattern: "^.+$") { !$0.isEmpty }
}

/// What has a quota.
private protocol Throttling: Hashable, Sendable {
    var quota: ThrottleQuota { get set }
}

extension ThrottleLimit: Throttling {}
extension ThrottlePlan: Throttling {}

extension ObjectForm where Target: Throttling {
    /// The words of a quota.
    fileprivate static var quota: [Member] {
        let rate = SettingForm.someRate.optional
        return [
            Member("rate", \.quota.rate, rate, leftOut: .some(nil)),
            Member(
                "concurrency", \.quota.concurrency, SettingForm.integer(1...1_000_000).optional,
                leftOut: .some(nil)),
            Member("cost", \.quota.cost, rate, leftOut: .some(nil)),
        ]
    }
}

extension ObjectForm<ThrottleLimit> {
    fileprivate static let limit = ObjectForm(
        noun: "a limit", blank: ThrottleLimit(),
        members: [
            Member("name", \.name, .quotaName),
            Member("per", \.subject, .choice("WHOSE", \.rawValue), leftOut: .caller),
            Member("routes", \.routes, .list(of: .route, called: "a list of routes"), leftOut: []),
            Member("models", \.models, .list(of: .model, called: "a list of models"), leftOut: []),
            Member(
                "verbs", \.verbs,
                .list(of: .choice("VERB", \.rawValue), called: "a list of verbs"), leftOut: []),
            Member(
                "roles", \.roles,
                .list(of: .choice("ROLE", \.rawValue), called: "a list of roles"), leftOut: []),
        ] + quota,
        objection: {
            $0.quota.isEmpty ? "a limit needs \"rate\", \"concurrency\" or \"cost\"" : nil
        })
}

extension ObjectForm<ThrottlePlan> {
    fileprivate static let plan = ObjectForm(
        noun: "a plan", blank: ThrottlePlan(),
        members: quota + [
            Member(
                "feeds", \.feedsMax, SettingForm.integer(0...1_000_000).optional,
                leftOut: .some(nil))
        ],
        objection: { _ in nil })
}

extension SettingForm<[ThrottleLimit]> {
    /// A list of limits, whose names differ.
    static let limits = SettingForm.scalar(
        SettingSyntax(
            placeholder: "JSON", wording: "a list of limits",
            jsonSchema: ["type": "array", "items": ObjectForm.limit.jsonSchema],
            examples: [
                #"[{"name":"guests","per":"address","rate":"10/s","roles":["anon"]}]"#,
                #"[{"name":"all","concurrency":20}]"#, #"[{"name":"work","cost":"1000/s"}]"#,
            ].map(canonical),
            counterexample: "10/s", faults: faults),
        {
            faults($0).isEmpty && $0.kind == .array
                ? $0.elements.compactMap(ObjectForm.limit.read) : nil
        },
        json: { $0.isEmpty ? .null : .array($0.map(ObjectForm.limit.json)) })

    @Sendable private static func faults(_ value: JSONValue) -> [SettingSyntax.Fault] {
        var names: Set<String> = []
        return value.elements.flatMap { element in
            let faults = ObjectForm.limit.faults(of: element)
            guard faults.isEmpty, let name = element["name"], let text = name.string,
                !names.insert(text).inserted
            else { return faults }
            return [.init("there are two limits \"\(text)\"", name)]
        }
    }

    /// An example with its words in the order in which they are printed.
    private static func canonical(_ text: String) -> String {
        let root = try? JSONDocument(parsing: Array(text.utf8)).root
        let limits = root?.elements.compactMap(ObjectForm.limit.read) ?? []
        return String(utf8: JSON.array(limits.map(ObjectForm.limit.json)).bytes)
    }
}

extension SettingForm<[ThrottlePlan]> {
    /// Plans by their names, in the order of these.
    static let plans = SettingForm.scalar(
        SettingSyntax(
            placeholder: "JSON", wording: "an object of plans by their names, not empty",
            jsonSchema: [
                "type": "object", "additionalProperties": ObjectForm.plan.jsonSchema,
                "minProperties": 1,
            ],
            examples: [
                #"{"free":{"rate":"10/s","feeds":5}}"#, #"{"team":{"concurrency":20}}"#,
                #"{"all":{"cost":"1000/s"}}"#,
            ],
            counterexample: "free", faults: faults),
        { value in
            guard value.kind == .object, value.count > 0, faults(value).isEmpty else { return nil }
            return value.members.compactMap { key, value in
                var plan = ObjectForm.plan.read(value)
                plan?.name = key.string ?? ""
                return plan
            }.sorted { $0.name < $1.name }
        },
        json: { plans in
            plans.isEmpty
                ? .null : .object(plans.map { .init($0.name, ObjectForm.plan.json($0)) })
        })

    @Sendable private static func faults(_ value: JSONValue) -> [SettingSyntax.Fault] {
        var names: Set<String> = []
        return value.members.flatMap { key, plan in
            let name = key.string ?? ""
            let isNew = names.insert(name).inserted
            return (isNew ? [] : [.init("\"\(name)\" stands here twice", key)])
                + ObjectForm.plan.faults(of: plan)
        }
    }
}
