import Configuration
import Diagnostics
import PostgresTestSupport
import Quotas
import Store
import StoreSQLite
import TestSupport
import Testing

@testable import Server

/// What an engine refuses of sign-in's work: counted apart from what requests ask for.
@Suite(.blocking, .timeLimit(.minutes(10))) struct EngineRefusalTests {
    private func metrics(of database: any ServedDatabase) -> String {
        var text: [UInt8] = []
        database.appendMetrics(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Asks for more writes of one caller than may wait, while none ends.
    ///
    /// - Returns: how many are refused.
    private func flood(_ database: any ServedDatabase) -> Int {
        let (gate, answers) = (Gate(), Record<String>())
        let count = 400
        for _ in 0..<count {
            Task {
                do throws(Problem) {
                    try await database.write(.first, for: .user("greedy")) { _ in gate.pass() }
                    answers.append("written")
                } catch {
                    answers.append(error.code)
                }
            }
        }
        answers.wait("a refusal") { $0.contains("53400") }
        gate.open()
        return answers.wait(for: count).count { $0 == "53400" }
    }

    @Test(.sqliteOnly) func `writes of sign-in that find no place are told apart`() throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let refused = flood(database)
        let text = metrics(of: database)
        #expect(text.contains("apus_first_writes_refused_total{bound=\"caller\"} \(refused)\n"))
        #expect(text.contains("apus_writes_refused_total{bound=\"caller\"} 0\n"))
    }

    @Test(.needsPostgres) func `transactions that find no place are told`() throws {
        let place = try PostgresServer.shared.makeDatabase()
        let address = try #require(DatabaseAddress(place.url))
        let memory = MemoryPool(bytesMax: .max, perCallerMax: .max)
        let database = try PostgresLocation(cluster: try address.cluster(), description: "")
            .open(Settings(), memory: memory, log: Log(level: .error, format: .json) { _ in })
        defer { database.close() }
        let refused = flood(database)
        let name = "apus_database_transactions_refused_total"
        #expect(metrics(of: database).contains("\(name){bound=\"caller\"} \(refused)\n"))
    }
}
