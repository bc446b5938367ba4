import PostgresWire
import Testing
import Values

@testable import StorePostgres

/// Answers questions about the catalogue; remembers what was run besides.
private struct ModelCatalogue {
    /// Their names and columns.
    var tables: [[String?]] = []
    var relations: [[String?]] = [["0", "public", "items", "t", nil]]
    var lockAnswers: [String] = ["t"]
    var failures: [String: [SQLState]] = [:]
    private(set) var ran: [String] = []

    /// Plays a set-up to its end, in words.
    mutating func play(_ setup: inout CaptureSetup) -> [String] {
        var action = setup.start()
        var told: [String] = []
        for _ in 0..<500 {
            switch action {
            case .run(let sql):
                let word = String(sql.prefix { $0 != " " })
                if let error = failures[word]?.first {
                    failures[word]?.removeFirst()
                    told.append("\(word) failed")
                    action = setup.failed(error)
                } else {
                    if !sql.hasPrefix("SELECT") { told.append(word) }
                    action = setup.ran(answer(sql))
                }
            case .wait:
                told.append("wait")
                action = setup.waited()
            case .finished(let count): return told + ["finished \(count > 0)"]
            case .failed(let fault): return told + ["\(fault)"]
            }
        }
        return told + ["no end"]
    }

    private mutating func answer(_ sql: String) -> [[String?]] {
        ran.append(sql)
        if sql.contains("relkind = 'r'") { return tables }
        if sql.contains("key = 'version'") { return [["99", nil, "here"]] }
        if sql.contains("try_advisory") {
            let answer = lockAnswers.first ?? "t"
            if !lockAnswers.isEmpty { lockAnswers.removeFirst() }
            return [[answer]]
        }
        return sql.contains("pg_partition_tree") ? relations : []
    }
}

private let lockTimeout = SQLState("55P03")
private let noRight = SQLState("42501")

@Suite struct CaptureSetupTests {
    private let items = CapturedModel(
        name: "items", columns: [.init("id", .integer)], key: [0], retain: .seconds(60))

    private func setup() -> CaptureSetup { CaptureSetup([items], jitter: 0.5) }

    /// Runs of one word as one.
    private func short(_ told: [String]) -> String {
        told.reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }.joined(separator: " ")
    }

    @Test func `what is missing is made in one transaction under the lock`() {
        var catalogue = ModelCatalogue()
        var setup = setup()
        #expect(
            short(catalogue.play(&setup)).hasPrefix("BEGIN SET CREATE"))
        #expect(catalogue.ran.last == "COMMIT")
    }

    @Test func `who finds the lock held looks again later, with nothing in hand`() {
        var catalogue = ModelCatalogue(lockAnswers: ["f", "f", "t"])
        var setup = setup()
        let told = catalogue.play(&setup)
        #expect(
            told.prefix(9).joined(separator: " ")
                == "BEGIN SET ROLLBACK wait BEGIN SET ROLLBACK wait BEGIN")
        #expect(told.last == "finished true")
    }

    @Test func `a table that is busy is tried again, and not for ever`() throws {
        let state = try #require(lockTimeout)
        var catalogue = ModelCatalogue(failures: ["CREATE": [state, state]])
        var setup = setup()
        #expect(
            short(catalogue.play(&setup)).hasPrefix(
                "BEGIN SET CREATE failed ROLLBACK wait BEGIN SET CREATE failed ROLLBACK wait"))
        catalogue = ModelCatalogue(failures: ["CREATE": Array(repeating: state, count: 1000)])
        #expect(catalogue.play(&setup).last == "server(55P03)")
    }

    @Test func `what cannot be done leaves no transaction open`() throws {
        let state = try #require(noRight)
        var catalogue = ModelCatalogue(failures: ["REVOKE": [state]])
        var setup = setup()
        #expect(catalogue.play(&setup).suffix(2) == ["ROLLBACK", "server(42501)"])
        catalogue = ModelCatalogue(failures: ["BEGIN": [state]])
        setup = self.setup()
        #expect(catalogue.play(&setup) == ["BEGIN failed", "server(42501)"])
        catalogue = ModelCatalogue(failures: ["CREATE": [state], "ROLLBACK": [state]])
        setup = self.setup()
        #expect(catalogue.play(&setup).suffix(2) == ["ROLLBACK failed", "server(42501)"])
    }

    @Test func `a log of a later version and a missing table are refused before anything is done`()
    {
        var catalogue = ModelCatalogue(tables: [["meta", "key text\nvalue text"]])
        var setup = setup()
        #expect(catalogue.play(&setup) == ["newerVersion(99)"])
        catalogue = ModelCatalogue(relations: [["0", "public", "items", "t", "id"]])
        #expect(catalogue.play(&setup) == ["missingColumn(\"id\", table: \"items\")"])
        catalogue = ModelCatalogue(relations: [])
        #expect(catalogue.play(&setup) == ["missingTables([\"items\"])"])
    }

    @Test func `an answer to no question is a fault`() {
        var setup = setup()
        #expect(setup.ran([]) == .failed(.outOfStep))
        #expect(setup.waited() == .failed(.outOfStep))
    }
}
