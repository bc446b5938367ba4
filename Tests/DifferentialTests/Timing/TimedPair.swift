/// Two requests that must be answered alike, though one of them meets hidden rows. Each time they
/// are sent they may name other values.
struct TimedPair: Sendable {
    let name: String
    /// Whether the rest of the product depends on the two taking the same time.
    var mustBeAlike = false
    /// How many pairs are sent for a hundred that are asked for.
    var percent = 100
    let meeting: @Sendable (Int) -> GeneratedRequest
    let missing: @Sendable (Int) -> GeneratedRequest

    /// Rows with these numbers in them are hidden; those from there on are in no row.
    static let hiddenRows = 20_000

    /// 100 rows for everybody and 20,000 for nobody: `code` and `bundle` are indexed, `body` is
    /// not; 200 rows share a bundle.
    static var project: GeneratedProject {
        var notes = GeneratedModel(name: "notes", columns: [], primaryKey: ["id"])
        notes.columns = [("id", ColumnKind.integer), ("code", .text), ("bundle", .integer)]
            .map { GeneratedColumn($0, $1) }
        notes.columns += [("body", ColumnKind.text), ("vault", .boolean)]
            .map { GeneratedColumn($0, $1) }
        notes.unique = [["code"]]
        notes.words = [
            ("indexes", #"[{"on": ["bundle"]}]"#),
            ("access", #"{"read": "not vault", "update": "not vault", "create": true}"#),
        ]
        let limits = ["token", "failed_sign_ins", "account"]
            .map { "\"rate_limit_\($0)\": \"1000000/m\"" }
        return GeneratedProject(
            models: [notes], rules: [],
            settings: [("auth", "{\(limits.joined(separator: ", "))}")])
    }

    /// What puts the rows there, by the service.
    static var loading: [GeneratedRequest] {
        stride(from: 0, to: hiddenRows, by: 1_000).map { start in
            var request = GeneratedRequest("POST", "/rest/v1/notes")
            request.caller = .service
            let rows = (start..<start + 1_000).map { number in
                let isOpen = number % 200 == 0
                return """
                    {"id":\(number),"code":"code \(number)","vault":\(!isOpen),\
                    "bundle":\(isOpen ? -1 : number / 200),\
                    "body":"what is \(isOpen ? "open to all" : "hidden in \(number)")"}
                    """
            }
            request.body = .text("[\(rows.joined(separator: ","))]")
            return request
        }
    }

    static let all = [
        TimedPair("get by key", key: "id", { "eq.\($0)" }),
        TimedPair("the same twice", key: "id", { "eq.\($0 + 2 * hiddenRows)" }),
        TimedPair("filter by a unique column", key: "code", { "eq.code \($0)" }),
        TimedPair("filter by an index, 199 rows", key: "bundle", { "eq.\($0 / 200)" }),
        TimedPair(
            "count by an index, 199 rows", key: "bundle", { "eq.\($0 / 200)" }, counts: true),
        TimedPair(
            "filter without an index", percent: 10, key: "body",
            { "eq.what is hidden in \($0)" }),
        TimedPair("pattern, one row", percent: 10, key: "body", { "like.*hidden in \($0)" }),
        TimedPair(
            "pattern, all rows", percent: 10,
            meeting: { _ in get("body", "like.what is hidden*") },
            missing: { _ in get("body", "like.what is nowhere*") }),
        TimedPair(
            "patch by key", meeting: { patch($0) }, missing: { patch($0 + hiddenRows) }),
        TimedPair(
            "unique conflict, hidden or not", meeting: { insert(code: hidden($0)) },
            missing: { insert(code: $0 % 100 * 200) }),
        TimedPair(
            "sign-in, an account or none", mustBeAlike: true, percent: 40,
            meeting: { _ in signIn("user0@example.org") },
            missing: { _ in signIn("user7@example.org") }),
    ]

    private init(
        _ name: String, mustBeAlike: Bool = false, percent: Int = 100,
        meeting: @escaping @Sendable (Int) -> GeneratedRequest,
        missing: @escaping @Sendable (Int) -> GeneratedRequest
    ) {
        (self.name, self.mustBeAlike, self.percent) = (name, mustBeAlike, percent)
        (self.meeting, self.missing) = (meeting, missing)
    }

    /// A filter that finds hidden rows, or no rows at all.
    private init(
        _ name: String, percent: Int = 100, key: String,
        _ test: @escaping @Sendable (Int) -> String, counts: Bool = false
    ) {
        self.init(
            name, percent: percent, meeting: { Self.get(key, test(Self.hidden($0)), counts) },
            missing: { Self.get(key, test(Self.hidden($0) + Self.hiddenRows), counts) })
    }

    private static func hidden(_ number: Int) -> Int {
        let row = number * 7_919 % hiddenRows
        return row % 200 == 0 ? row + 1 : row
    }

    private static func get(
        _ column: String, _ test: String, _ counts: Bool = false
    ) -> GeneratedRequest {
        var request = GeneratedRequest("GET", "/rest/v1/notes")
        request.query = [(column, test)]
        if counts { request.fields = [("Prefer", "count=exact")] }
        return request
    }

    private static func patch(_ number: Int) -> GeneratedRequest {
        let row = hidden(number % hiddenRows) + number / hiddenRows * hiddenRows
        var request = get("id", "eq.\(row)")
        request.method = "PATCH"
        request.body = .text(#"{"bundle":1}"#)
        return request
    }

    private static func insert(code: Int) -> GeneratedRequest {
        var request = GeneratedRequest("POST", "/rest/v1/notes")
        request.body = .text("{\"id\":\(10 * hiddenRows),\"code\":\"code \(code)\",\"vault\":true}")
        return request
    }

    private static func signIn(_ email: String) -> GeneratedRequest {
        var request = GeneratedRequest("POST", "/auth/v1/token")
        request.query = [("grant_type", "password")]
        request.body = .text("{\"email\":\"\(email)\",\"password\":\"wrong\"}")
        return request
    }
}
