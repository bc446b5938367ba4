import Bytes
import Quotas

// What stands in the section "throttle" of `project.json`.

extension SettingForm<RateLimit> {
    /// A rate that is one.
    fileprivate static let someRate = SettingForm.string(
        SettingSyntax(
            metavar: "RATE", wording: RateLimit.wording,
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
            Member(
                "rate", \.quota.rate, rate, leftOut: .some(nil),
                "How often: 600/m burst 100 lets 100 come at once and 600 in a minute."),
            Member(
                "concurrency", \.quota.concurrency, SettingForm.integer(1...1_000_000).optional,
                leftOut: .some(nil),
                "Requests under way at the same time; of realtime, open sockets."),
            Member(
                "cost", \.quota.cost, rate, leftOut: .some(nil),
                "How much work, as a rate: a request costs 1, one for each millisecond of it and "
                    + "one for each kilobyte of its answer."),
        ]
    }
}

extension ObjectForm<ThrottleLimit> {
    fileprivate static let limit = ObjectForm(
        noun: "a limit", blank: ThrottleLimit(),
        members: [
            Member("name", \.name, .quotaName, "What it is called in answers and metrics."),
            Member(
                "per", \.subject, .choice("WHOSE", \.rawValue), leftOut: .caller,
                "Whose requests are counted together; caller is a user, or an address of people "
                    + "who have not signed in, and what it is when left out."),
            Member(
                "routes", \.routes,
                .list(of: .route, called: "a list of routes that is not empty; left out it is all"),
                leftOut: [],
                "rest, auth, realtime, or a path and all below it; all services when left out."),
            Member(
                "models", \.models,
                .list(of: .model, called: "a list of models that is not empty; left out it is all"),
                leftOut: [], "The models in the path; all when left out."),
            Member(
                "verbs", \.verbs,
                .list(
                    of: .choice("VERB", \.rawValue),
                    called: "a list of verbs that is not empty; left out it is all"),
                leftOut: [], "What requests do, by their method; all when left out."),
            Member(
                "roles", \.roles,
                .list(
                    of: .choice("ROLE", \.rawValue),
                    called: "a list of roles that is not empty; left out it is all but service_role"
                ), leftOut: [],
                "Whom requests speak for; all but service_role when left out."),
        ] + quota,
        objection: { $0.objection })
}

extension ObjectForm<ThrottlePlan> {
    fileprivate static let plan = ObjectForm(
        noun: "a plan", blank: ThrottlePlan(),
        members: quota + [
            Member(
                "feeds", \.feedsMax, SettingForm.integer(0...1_000_000).optional,
                leftOut: .some(nil),
                "The channels that a caller may have open on all sockets together.")
        ],
        objection: { _ in nil })
}

extension ThrottleLimit {
    /// Why it could never refuse a request.
    fileprivate var objection: String? {
        if quota.isEmpty { return "a limit needs \"rate\", \"concurrency\" or \"cost\"" }
        if subject == .user, roles == [.anon] {
            return "a limit for each user is about nobody of the role anon; count \"per\" address"
        }
        if !models.isEmpty, !routes.isEmpty, !routes.contains(where: Self.reachesModels) {
            return "\"models\" are those of rest, which none of \"routes\" reaches"
        }
        return !routes.isEmpty && routes.allSatisfy(Self.isRealtime) ? objectionOfSockets : nil
    }

    /// The same of one that is about sockets alone, and the messages over them. Who is let in shows
    /// a key; only the messages say who has signed in.
    private var objectionOfSockets: String? {
        if !verbs.isEmpty {
            return "a limit of realtime has no \"verbs\": messages over a socket have none"
        }
        if quota.cost != nil {
            return "a limit of realtime has no \"cost\": sockets and their messages cost nothing"
        }
        if quota.concurrency != nil, subject == .user || roles == [.authenticated] {
            return "open sockets are those of an address, whoever signs in over them; count the "
                + "\"concurrency\" \"per\" address, of all \"roles\""
        }
        return nil
    }

    private static func reachesModels(_ route: String) -> Bool {
        let words = route.split(separator: "/")
        return route == "rest"
            || route.hasPrefix("/")
                && zip(words, ["rest", "v1"]).allSatisfy { $0 == $1 }
    }

    private static func isRealtime(_ route: String) -> Bool {
        route == "realtime" || route.split(separator: "/").first == "realtime"
    }
}

extension SettingForm<[ThrottleLimit]> {
    /// A list of limits, whose names differ.
    static let limits = SettingForm.scalar(
        SettingSyntax(
            metavar: "JSON", wording: "a list of limits",
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
            metavar: "JSON", wording: "an object of plans by their names, not empty",
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
            // It is told in fields of HTTP and in metrics, in quotes.
            let isPlain = name.utf8.allSatisfy {
                (0x20...0x7E).contains($0) && !#""\"#.utf8.contains($0)
            }
            return (isNew ? [] : [.init("\"\(name)\" stands here twice", key)])
                + (isPlain && !name.isEmpty
                    ? []
                    : [
                        .init(
                            "a plan's name has letters, digits and signs of ASCII but \" and \\",
                            key)
                    ])
                + ObjectForm.plan.faults(of: plan)
        }
    }
}
