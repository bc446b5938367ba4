import PostgresTestSupport
import TestSupport

/// Two servers that are asked the same.
struct Contest: Sendable {
    var left = ServerLaunch.sqlite
    var right = ServerLaunch.other

    /// Two that have the same users and differ in what these may not see: answers must be the same,
    /// byte for byte. PostgreSQL may give rows in any order where none is asked for.
    static let twins = Contest(left: .twin(.left), right: .twin(.right))

    /// Whether the two may differ in hidden rows.
    var hidesRows: Bool { left.side != nil }

    /// A request that was not answered as it should be, the first of its project.
    struct Finding: Sendable {
        enum Sort: String, Sendable {
            /// The answers differ.
            case difference
            /// A server met a fault of its own, or did not answer at all.
            case fault
            /// The server on the right does not even serve the project.
            case start
        }

        let sort: Sort
        let index: Int
        let left: String
        let right: String
    }

    /// What came of it.
    struct Outcome: Sendable {
        /// How often each status was answered, on the left.
        var statuses: [Int: Int] = [:]
        var finding: Finding?
        /// How many messages feeds heard, on the left.
        var messages = 0
        /// What was asked, and what the one on the left said, in the order played.
        var played: [String] = []
        /// The same of what went to one side only.
        var elsewhere: [String] = []
        /// Why the project is not served.
        var refusal: String?
    }

    /// Asks until an answer is not as it should be.
    func play(_ project: GeneratedProject, _ requests: [GeneratedRequest]) throws -> Outcome {
        var outcome = Outcome()
        let one = try PlayedServer(left, project)
        let other = try PlayedServer(right, project)
        do {
            try one.begin()
        } catch let refusal as PlayedServer.Refusal {
            outcome.refusal = refusal.text
            return outcome
        }
        do {
            try other.begin()
        } catch let refusal as PlayedServer.Refusal {
            outcome.finding = Finding(
                sort: .start, index: 0, left: "serves the project", right: refusal.text)
            return outcome
        }
        let probes = Self.probes(of: project)
        for (index, request) in requests.enumerated() where outcome.finding == nil {
            if let side = request.side {
                let answer = (side == .left ? one : other).answer(to: request)
                outcome.elsewhere.append("\(request)\n\(answer.map { exact($0) } ?? "no answer")")
                continue
            }
            var seen = [one, other].map { see(request, by: $0) }
            // What was written is not always told.
            if hidesRows, request.method != "GET", request.method != "HEAD", request.feed == nil {
                for probe in probes {
                    for (place, server) in [one, other].enumerated() {
                        seen[place].words += server.answer(to: probe)?.text ?? "no answer"
                    }
                }
            }
            outcome.played.append("\(request)\n\(seen[0].words)")
            outcome.statuses[seen[0].status ?? 0, default: 0] += 1
            let isFault = seen.contains { $0.isFault }
            guard isFault || seen[0].words != seen[1].words else { continue }
            outcome.finding = Finding(
                sort: isFault ? .fault : .difference, index: index, left: seen[0].words,
                right: seen[1].words)
        }
        outcome.messages = one.feeds.count
        return outcome
    }

    /// Reads of all that is not hidden, whether or not a caller may see it.
    private static func probes(of project: GeneratedProject) -> [GeneratedRequest] {
        project.models.filter { $0["vault"] != nil }.map { model in
            var probe = GeneratedRequest("GET", "/rest/v1/\(model.name)")
            probe.caller = .service
            let shown = model.columns.map(\.name).filter { $0 != "secret" }
            probe.query = [
                ("select", shown.map { "\"\($0)\"" }.joined(separator: ",")),
                ("vault", "is.false"),
            ]
            return probe
        }
    }

    /// What is seen of one request, by whoever sent it and by those who listen.
    private struct Seen {
        var words: String
        var status: Int?
        var isFault = false
    }

    private func see(_ request: GeneratedRequest, by server: PlayedServer) -> Seen {
        if case .join = request.feed { return Seen(words: server.join(request), status: 101) }
        let answer = server.answer(to: request)
        var words = words(of: answer, to: request, server.translator)
        if case .hear(let beacon) = request.feed, answer?.status == 201 {
            words += server.feeds.hear(through: beacon)
        }
        return Seen(words: words, status: answer?.status, isFault: isFault(answer))
    }

    private func words(
        of answer: HTTPAnswer?, to request: GeneratedRequest, _ translator: Translator
    ) -> String {
        guard hidesRows, let answer else { return comparable(answer, to: request, translator) }
        // Who sees all rows is not asking.
        if request.caller == .service { return "\(answer.status)\n" }
        // Accounts have ids and tokens of their server's.
        let isExact = !request.path.hasPrefix("/auth/")
        guard isExact else { return comparable(answer, to: request, translator) }
        // As its plan goes, and that may follow from rows that nobody sees.
        let isAnyOrder = TestEngine.isPostgres && !request.isOrdered
        return exact(answer, isAnyOrder: isAnyOrder)
    }

    /// A 500 that no documented code explains (rest.md has one: 21000), or no answer at all.
    private func isFault(_ answer: HTTPAnswer?) -> Bool {
        guard let answer else { return true }
        return answer.status >= 500 && answer.status != 501 && !answer.text.contains("\"21000\"")
    }
}
