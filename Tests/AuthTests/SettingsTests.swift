import Bytes
import Configuration
import Testing

@testable import Auth

@Suite struct SettingsTests {
    @Test func `a project's settings are taken over`() {
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
    }

    @Test func `the longest password that can be asked for can be kept, whatever its characters`()
        throws
    {
        let row = try #require(Setting.all.first { $0.name == "auth.password_min_length" })
        func accepts(_ characters: Int) throws -> Bool {
            row.accepts(try JSONDocument(parsing: Array("\(characters)".utf8)).root)
        }
        // Four bytes are a character's most in UTF-8.
        #expect(try accepts(AuthLimits.passwordBytesMax / 4))
        #expect(try !accepts(AuthLimits.passwordBytesMax / 4 + 1))
    }
}
