import CrashTestSupport
import Glibc
import PostgresTestSupport
import TestSupport
import Testing

/// A server that is killed, or stopped for a while, while clients write, read and listen.
///
/// `APUS_KILLS=300 APUS_SEED=1 swift test --filter KillTests` is the whole proof.
@Suite(.blocking, .sqliteOnly, .timeLimit(.minutes(30))) struct KillTests {
    @Test func `nothing acknowledged is lost and nothing is there by halves after each kill`()
        async throws
    {
        let run = try FaultRun()
        let summary = await run.run("SIGKILL") { disturbance in
            try disturbance.start()
            for _ in 0..<FaultScale.kills {
                disturbance.pause(20...300)
                disturbance.kill()
                disturbance.pause(0...50)
                try disturbance.start()
                disturbance.expectWrites()
            }
        }
        expectSound(summary)
    }

    @Test func `a server that was stopped for a while goes on as if nothing had been`()
        async throws
    {
        let run = try FaultRun()
        var summary = await run.run("SIGSTOP") { disturbance in
            try disturbance.start()
            for _ in 0..<2 {
                disturbance.pause(200...500)
                kill(disturbance.process, SIGSTOP)
                let seconds = FaultScale.stopSeconds
                disturbance.pause(seconds * 1_000...seconds * 1_000)
                kill(disturbance.process, SIGCONT)
                disturbance.expectWrites()
            }
        }
        // A write that was stopped midway has held the writer for too long: it is undone.
        let undone = summary.faults.filter { $0.contains("takes more than 500 ms and was undone") }
        #expect(undone.count <= summary.disturbances)
        summary.faults.removeAll { undone.contains($0) }
        expectSound(summary)
        // Clients that have waited for less than a minute were served in the end.
        guard FaultScale.stopSeconds < 50 else { return }
        #expect(summary.heard.joins == 3)
        if undone.isEmpty { #expect(summary.unknown == 0) }
    }
}

/// Expects that there was something to see, and no fault.
func expectSound(_ summary: FaultRun.Summary) {
    print(summary)
    #expect(summary.counts.acknowledged > 0 && summary.heard.delivered > 0 && summary.reads > 0)
    #expect(summary.heard.resets == 0)
    let lines = summary.faults.prefix(20) + ["the server said:"] + summary.logged.prefix(60)
    #expect(summary.faults.isEmpty, "\(lines.joined(separator: "\n"))")
}
