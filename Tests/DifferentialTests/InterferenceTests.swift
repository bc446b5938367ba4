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
                .twins, requests: ("APUS_INTERFERENCE_REQUESTS", 600))
            run.requestsPerProject = 300
            return try run.run()
        }
        print(summary)
        #expect(summary.refused.isEmpty, "\(summary.refused.first ?? "")")
        for finding in summary.findings { Issue.record("\(finding.text)") }
    }
}
