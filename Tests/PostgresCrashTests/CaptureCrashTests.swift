import CrashTestSupport
import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// A node that is killed and a database that crashes, with clients that write and listen.
///
/// `APUS_CAPTURE_SECONDS=60 APUS_SEED=1 swift test --filter 'CaptureLoad|CaptureCrash'` is the
/// whole proof of the capture: ten kills and crashes here, a minute of writers there.
@Suite(.blocking, .needsPostgres, .serialized, .timeLimit(.minutes(10)))
struct CaptureCrashTests {
    @Test func `nothing acknowledged is lost, and every feed is whole, whatever crashes`()
        async throws
    {
        let project = try TestProject(models: ServedNode.models)
        let run = try CrashRun(project)
        let summary = try await run.run()
        print(summary)
        #expect(summary.counts.acknowledged > 0 && summary.heard.delivered > 0 && summary.heard.resets == 0)
        #expect(summary.kills > 0 && summary.restarts > 0)
        let lines = summary.faults.prefix(20) + ["Apus said:"] + summary.logged.prefix(100)
        #expect(summary.faults.isEmpty, "\(lines.joined(separator: "\n"))")
    }
}
