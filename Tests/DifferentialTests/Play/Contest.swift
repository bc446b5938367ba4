import TestSupport

/// Two servers that are asked the same.
struct Contest: Sendable {
    var left = ServerLaunch.sqlite
    var right = ServerLaunch.other

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
        /// What was asked, and what the one on the left said, in the order played.
        var played: [String] = []
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
        for (index, request) in requests.enumerated() where outcome.finding == nil {
            let answers = [one, other].map { $0.answer(to: request) }
            let words = zip([one, other], answers).map { server, answer in
                comparable(answer, to: request, server.translator)
            }
            outcome.played.append("\(request)\n\(words[0])")
            outcome.statuses[answers[0]?.status ?? 0, default: 0] += 1
            let isFault = answers.contains(where: isFault)
            guard isFault || words[0] != words[1] else { continue }
            outcome.finding = Finding(
                sort: isFault ? .fault : .difference, index: index, left: words[0],
                right: words[1])
        }
        return outcome
    }

    /// A 500 that no documented code explains (rest.md has one: 21000), or no answer at all.
    private func isFault(_ answer: HTTPAnswer?) -> Bool {
        guard let answer else { return true }
        return answer.status >= 500 && answer.status != 501 && !answer.text.contains("\"21000\"")
    }
}
