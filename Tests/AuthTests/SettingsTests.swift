import Configuration
import Diagnostics
import Testing

@testable import Auth

@Suite struct SettingsTests {
    @Test func `a project's settings are taken over`() throws {
        var project = Settings().auth
        project.jwtExpirySeconds = 600
        project.passwordMinLength = 9
        project.disablesSignup = true
        project.allowsAnonymous = true
        project.refreshReuseSeconds = 3
        let settings = AuthSettings(project)
        #expect(settings.tokenSeconds == 600)
        #expect(settings.passwordCharactersMin == 9)
        #expect(settings.disablesSignup)
        #expect(settings.allowsAnonymous)
        #expect(settings.refreshReuseSeconds == 3)
        try settings.validate()
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let change: @Sendable (inout AuthSettings) -> Void

        init(_ name: String, _ change: @escaping @Sendable (inout AuthSettings) -> Void) {
            testDescription = name
            self.change = change
        }
    }

    static let refused: [Case] = [
        Case("autoconfirm") { $0.autoconfirms = false },
        Case("token lifetime") { $0.tokenSeconds = 59 },
        Case("token lifetime") { $0.tokenSeconds = 31_536_001 },
        Case("leeway") { $0.leewaySeconds = 31 },
        Case("shortest password") { $0.passwordCharactersMin = 0 },
        Case("shortest password") { $0.passwordCharactersMin = 257 },
        Case("refresh interval") { $0.refreshReuseSeconds = -1 },
        Case("refresh interval") { $0.refreshParentSeconds = -1 },
        Case("hashing threads") { $0.hashingThreads = 0 },
    ]

    @Test(arguments: refused)
    func `what cannot be kept is refused by name`(example: Case) {
        var settings = AuthSettings()
        example.change(&settings)
        let problem = #expect(throws: Problem.self) { try settings.validate() }
        #expect(problem?.message.contains("'\(example.testDescription)'") == true)
    }
}
