import Testing

@testable import Configuration

/// A list of origins holds what browsers send, so that none can stand there and never match.
@Suite struct WebOriginTests {
    private func fault(_ text: String) throws -> String? {
        var given = GivenSettings()
        let origins = try SettingTests.setting("cors.origins")
        do throws(SettingFault) {
            try given.give(origins, flag: text)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(arguments: [
        "*", "null", "https://a.example", "http://localhost:3000", "http://[::1]:8080",
        "https://a.example:444", "http://a.example:443", "capacitor://localhost",
        "chrome-extension://abcdefgh", "https://xn--bcher-kva.example", "http://127.0.0.1",
        "https://a.example,https://b.example", "*,https://a.example",
    ])
    func `what a browser sends is an origin`(text: String) throws {
        #expect(try fault(text) == nil)
    }

    /// A text, the reason why it is none, and what to write.
    static let wrong = [
        ("https://a.example/", "browsers send nothing behind the host", "'https://a.example'"),
        ("https://a.example/app", "browsers send nothing behind the host", "'https://a.example'"),
        ("https://a.example?x", "browsers send nothing behind the host", "'https://a.example'"),
        ("a.example", "it has no scheme", "'https://a.example'"),
        ("localhost:3000", "it has no scheme", "'http://localhost:3000'"),
        ("127.0.0.1:3000/", "it has no scheme", "'http://127.0.0.1:3000'"),
        ("https:a.example", "it has no scheme", "'https://a.example'"),
        ("https:/a.example", "it has no scheme", "'https://a.example'"),
        ("http:a.example", "it has no scheme", "'http://a.example'"),
        (
            "*.a.example", "it has no scheme",
            "each one by itself, such as 'https://app.a.example'"
        ),
        (
            "*://a.example", "* stands for no part of an origin",
            "each one by itself, such as 'https://a.example'"
        ),
        ("://", "it has no scheme", "one, such as 'https://app.example.com'"),
        ("//a.example", "it has no scheme", "'https://a.example'"),
        (
            "https://*.a.example", "* stands for no part of an origin",
            "each one by itself, such as 'https://app.a.example'"
        ),
        (
            "http://localhost:*", "* stands for no part of an origin",
            "each one by itself, such as 'http://localhost:3000'"
        ),
        ("https://A.Example", "browsers send it in lower case", "'https://a.example'"),
        ("HTTPS://a.example", "browsers send it in lower case", "'https://a.example'"),
        ("https://a.example:443", "browsers leave out a scheme's own port", "'https://a.example'"),
        ("http://a.example:80", "browsers leave out a scheme's own port", "'http://a.example'"),
        ("http://a.example:", "browsers leave out a scheme's own port", "'http://a.example'"),
        ("http://a.example:0x", "its port is no number up to 65535", "'http://a.example'"),
        ("http://a.example:65536", "its port is no number up to 65535", "'http://a.example'"),
        ("https://ada@a.example", "browsers send no user", "'https://a.example'"),
        (
            "https://bücher.example", "browsers send the ASCII form of a host",
            "that form, which begins with xn--"
        ),
        ("file://", "it has no host", "'null', which browsers send for files"),
        ("https://", "it has no host", "one, such as 'https://app.example.com'"),
    ]

    @Test(arguments: wrong)
    func `what no browser sends is told with what to write`(
        text: String, reason: String, remedy: String
    ) throws {
        let message = "--cors-origins '\(text)' never matches: \(reason); write \(remedy)"
        #expect(try fault(text) == message)
        #expect(try fault("https://b.example,\(text)") == message)
        let parts = remedy.split(separator: "'", omittingEmptySubsequences: false)
        if parts.count > 1 { #expect(try fault(String(parts[1])) == nil) }
    }

    @Test func `an origin that is empty is none`() throws {
        let message =
            "--cors-origins '' never matches: it is empty; write one, such as "
            + "'https://app.example.com', or * for any"
        #expect(try fault("https://a.example,") == message)
        #expect(try fault("") == nil)
    }
}
