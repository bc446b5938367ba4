import Foundation
import PostgresTestSupport

/// A run of the harness: projects one after the other, each asked for a while.
struct Differential {
    /// What one run came to.
    struct Summary: CustomStringConvertible {
        /// What was looked for, and in which two servers.
        let title: String
        let seed: UInt64
        var requests = 0
        var projects = 0
        /// Writes that went to one side only, and what feeds heard.
        var elsewhere = 0
        var messages = 0
        /// Why projects were not served.
        var refused: [String] = []
        var statuses: [Int: Int] = [:]
        /// What was found, as small as it got, for a person.
        var findings: [(sort: Contest.Finding.Sort, text: String)] = []

        var description: String {
            let histogram = statuses.sorted { $0.key < $1.key }
                .map { "\($0.key) × \($0.value)" }.joined(separator: ", ")
            let faults = findings.count { $0.sort == .fault }
            let unlike =
                elsewhere == 0
                ? "" : "\(elsewhere) writes to one of them, \(messages) feed messages, "
            return "\(title), seed \(seed), \(requests) requests to \(projects) projects "
                + "(\(refused.count) refused), \(histogram), \(unlike)"
                + "\(findings.count - faults) differences, \(faults) faults"
        }
    }

    var contest = Contest()
    var seed: UInt64
    var requests: Int
    /// After how many requests the next project follows.
    var requestsPerProject = 125
    /// How long one finding is made smaller, and how many are looked for.
    var shrinkingTime = Duration.seconds(45)
    var findingsMax = 3

    /// What the environment asks for: `APUS_DIFFERENTIAL_REQUESTS`, `APUS_SEED`, and how many
    /// findings end the run, `APUS_DIFFERENTIAL_FINDINGS`.
    ///
    /// - Parameter requests: the variable that says how many, and how many if it is not set.
    static func fromEnvironment(
        _ contest: Contest = Contest(),
        requests: (name: String, count: Int) = ("APUS_DIFFERENTIAL_REQUESTS", 500)
    ) -> Differential {
        let environment = ProcessInfo.processInfo.environment
        func number<N: FixedWidthInteger>(_ name: String) -> N? { environment[name].flatMap { N($0) } }
        var run = Differential(
            contest: contest, seed: number("APUS_SEED") ?? 7,
            requests: number(requests.name) ?? requests.count)
        run.findingsMax = number("APUS_DIFFERENTIAL_FINDINGS") ?? run.findingsMax
        return run
    }

    private var title: String {
        contest.hidesRows
            ? "non-interference: \(TestEngine.isPostgres ? "PostgreSQL" : "SQLite")"
            : "differential: \(contest.left.name) and \(contest.right.name)"
    }

    func run() throws -> Summary {
        var summary = Summary(title: title, seed: seed)
        var dice = Dice(seed: seed)
        while summary.requests < requests, summary.findings.count < findingsMax {
            let projectSeed = dice.seed()
            try play(
                projectSeed, atMost: min(requestsPerProject, requests - summary.requests), &summary)
            // A generator whose projects are refused would go on for ever.
            if summary.refused.count > 10 { break }
        }
        return summary
    }

    private func play(_ seed: UInt64, atMost count: Int, _ summary: inout Summary) throws {
        var projects = ProjectGenerator(seed: seed, hidesRows: contest.hidesRows)
        let project = projects.project()
        let requests = Self.script(for: project, seed: seed, count: count)
        let outcome = try contest.play(project, requests)
        try log(project, outcome.played + outcome.elsewhere)
        summary.projects += 1
        summary.elsewhere += outcome.elsewhere.count
        summary.messages += outcome.messages
        summary.requests += outcome.played.count
        summary.statuses.merge(outcome.statuses, uniquingKeysWith: +)
        if let refusal = outcome.refusal { summary.refused.append(refusal) }
        guard let finding = outcome.finding else { return }
        var shrinker = Shrinker(contest, project, requests, finding, within: shrinkingTime)
        shrinker.shrink()
        let text = report(shrinker, seed: seed)
        try log([text])
        summary.findings.append((finding.sort, text))
    }

    /// Adds what was played to the log.
    private func log(_ project: GeneratedProject, _ played: [String]) throws {
        let files = project.files.map { "--- \($0.name)\n\($0.text)" }
        try log(files + ["--- requests"] + played)
    }

    /// Adds to the file that `APUS_DIFFERENTIAL_LOG` names, if it names one.
    private func log(_ lines: [String]) throws {
        guard let path = ProcessInfo.processInfo.environment["APUS_DIFFERENTIAL_LOG"] else {
            return
        }
        let text = lines.joined(separator: "\n") + "\n"
        let before = (try? Data(contentsOf: URL(filePath: path))) ?? Data()
        try (before + Data(text.utf8)).write(to: URL(filePath: path))
    }

    static func script(
        for project: GeneratedProject, seed: UInt64, count: Int
    ) -> [GeneratedRequest] {
        var generator = RequestGenerator(project, seed: seed)
        var requests = generator.opening()
        var common = requests.count { $0.side == nil }
        while common < count {
            let request = generator.next()
            requests.append(request)
            if request.side == nil { common += 1 }
        }
        return common > count ? Array(requests.prefix(count)) : requests
    }

    private func report(_ found: Shrinker, seed: UInt64) -> String {
        var lines = ["A \(found.finding.sort.rawValue) (project of seed \(seed)):"]
        // The answers first: who prints it may cut a long text short.
        lines += ["--- \(contest.left.name)", found.finding.left]
        lines += ["--- \(contest.right.name)", found.finding.right]
        for file in found.project.files { lines += ["--- \(file.name)", file.text] }
        lines.append("--- requests")
        for (index, request) in found.requests.enumerated() {
            lines.append("\(index + 1). \(request)")
        }
        return lines.joined(separator: "\n")
    }
}
