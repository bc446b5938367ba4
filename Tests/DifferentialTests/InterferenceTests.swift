import Foundation
import TestSupport
import Testing

/// Two servers of one project that differ only in rows and values that no asking caller may see.
/// What callers are answered, and what their feeds hear, must be the same, byte for byte.
/// ``HiddenKeys`` says what SQL tells of hidden rows by its nature, and is left out.
/// `APUS_INTERFERENCE_REQUESTS=50000 APUS_SEED=1 swift test --filter hidden.rows.change` asks more.
@Suite(.blocking, .serialized) struct InterferenceTests {
    @Test func `hidden rows change nothing that others see`() async throws {
        let summary = try await onThread {
            var run = Differential.fromEnvironment(
                .twins, requests: ("APUS_INTERFERENCE_REQUESTS", 300))
            run.requestsPerProject = 1_000
            return try run.run()
        }
        print(summary)
        #expect(summary.refused.isEmpty, "\(summary.refused.first ?? "")")
        for finding in summary.findings { Issue.record("\(finding.text)") }
    }

    @Test func `a rule that lets hidden rows through is told`() async throws {
        var run = Differential(contest: .twins, seed: 3, requests: 200)
        run.findingsMax = 1
        run.shrinkingTime = .zero
        let forgetRule: @Sendable (GeneratedProject) -> GeneratedProject = { project in
            var changed = project
            for index in changed.models.indices {
                changed.models[index].words.removeAll { $0.name == "access" }
                changed.models[index].words.append(("access", #"{"read": true}"#))
            }
            return changed
        }
        run.contest.left.change = forgetRule
        run.contest.right.change = forgetRule
        let tried = run
        let summary = try await onThread { try tried.run() }
        #expect(summary.findings.first?.sort == .difference, "\(summary)")
    }
}
