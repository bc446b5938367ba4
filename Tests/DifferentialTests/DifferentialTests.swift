import Foundation
import TestSupport
import Testing

/// The same projects and the same requests, sent to a server on SQLite and to one on PostgreSQL:
/// statuses, fields and bodies must be alike.
/// `APUS_DIFFERENTIAL_REQUESTS=10000 APUS_SEED=1 swift test --filter Differential` asks more.
@Suite(.blocking, .serialized) struct DifferentialTests {
    @Test func `both servers answer alike`() async throws {
        let summary = try await onThread { try Differential.fromEnvironment().run() }
        print(summary)
        #expect(summary.refused.isEmpty, "\(summary.refused.first ?? "")")
        for finding in summary.findings { Issue.record("\(finding.text)") }
    }

    @Test func `a rule that is another on one side is told in a few requests`() async throws {
        var run = Differential(seed: 3, requests: 400)
        run.findingsMax = 1
        run.requestsPerProject = 60
        run.shrinkingTime = .seconds(12)
        run.contest.right = ServerLaunch(
            name: "other rules", makeStore: ServerLaunch.sqlite.makeStore)
        run.contest.right.change = { project in
            var changed = project
            // A smaller project may have no model at all.
            for index in changed.models.indices.prefix(1) {
                changed.models[index].words.removeAll { $0.name == "access" }
                changed.models[index].words.append(
                    ("access", #"{"write": "true", "read": "auth.role() = 'anon'"}"#))
            }
            return changed
        }
        let tried = run
        let summary = try await onThread { try tried.run() }
        let difference = try #require(summary.findings.first, "\(summary)").text
        let requests = difference.components(separatedBy: "\n").filter { $0.contains("/rest/v1/") }
        #expect((1...12).contains(requests.count), "\(difference)")
        #expect(difference.contains("Schemas/models/"))
    }

    @Test func `one byte that is altered on the way is told in a few requests`() async throws {
        var run = Differential(seed: 4, requests: 400)
        run.findingsMax = 1
        run.requestsPerProject = 60
        run.shrinkingTime = .seconds(12)
        run.contest.right = ServerLaunch(name: "altered", makeStore: ServerLaunch.sqlite.makeStore)
        run.contest.right.alter = { bytes in
            // The fourth byte of the rows of an answer: a member's name.
            guard let start = bytes.firstRange(of: Array("\r\n\r\n[{\"".utf8))?.upperBound,
                start < bytes.count
            else { return bytes }
            var altered = bytes
            altered[start] ^= 1
            return altered
        }
        let tried = run
        let summary = try await onThread { try tried.run() }
        let difference = try #require(summary.findings.first, "\(summary)").text
        let requests = difference.components(separatedBy: "\n").filter { $0.contains("/rest/v1/") }
        #expect((1...12).contains(requests.count), "\(difference)")
    }
}

/// Off the few threads that tests share: it waits for servers most of the time.
func onThread<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}
