import Auth
import Configuration
import Diagnostics
import Foundation
import ServerTestSupport
import Store
import Testing

@testable import Server

/// Several nodes that start at once on one database, each with a data directory of its own.
@Suite(.timeLimit(.minutes(10))) final class SecretsAgreementTests {
    private let project: TestProject
    private let database: any ServedDatabase

    init() throws {
        project = try TestProject()
        let options = try project.options()
        try options.prepareDataDirectory()
        let settings = try options.loadSettings().resolved()
        database = try options.database().open(
            settings, memory: settings.memory.makePool(), log: try options.commandLog())
    }

    deinit { database.close() }

    /// What each node's start comes to, with these variables.
    private func start(
        nodes: Int, _ environment: [String: String]
    ) async throws -> [Result<FoundSecrets, Problem>] {
        let given = try GivenSettings(environment: environment, of: Setting.all)
        let options = try (0..<nodes).map { number in
            let data = project.path + "/node-\(number)"
            try FileManager.default.createDirectory(
                atPath: data, withIntermediateDirectories: true)
            var flags = GivenSettings()
            try flags.give(.data, flag: data)
            return ServerOptions(flags.over(given))
        }
        return await withTaskGroup(of: Result<FoundSecrets, Problem>.self) { group in
            for options in options {
                group.addTask { [database] in
                    Result { () throws(Problem) in
                        try SecretsSources(options).secrets(for: database)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func `with a key for the database all have the secrets of the first`() async throws {
        let started = try await start(
            nodes: 16, ["APUS_SECRETS_KEY": "a key that every node is given by hand"])
        let secrets = try started.map { try $0.get().secrets.jwtSecret }
        #expect(Set(secrets).count == 1)
        #expect(database.fact("secrets")?.contains(secrets[0]) == false)
    }

    @Test func `with a file each the first one serves and the others are refused`() async throws {
        let started = try await start(nodes: 16, [:])
        let served = started.compactMap { try? $0.get() }
        #expect(served.count == 1)
        #expect(database.fact("secrets_fingerprint") == served.first?.secrets.fingerprint)
        for refused in started {
            guard case .failure(let problem) = refused else { continue }
            #expect(["secrets_differ", "secrets_lost"].contains(problem.code))
        }
    }
}
