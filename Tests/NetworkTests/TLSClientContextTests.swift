import TestSupport
import Testing

@testable import Network

@Suite struct TLSClientContextTests {
    @Test func `the authorities of the system are trusted by default`() throws {
        _ = try TLSClientContext()
    }

    @Test func `a file that is missing or holds something else is named`() throws {
        let directory = try TemporaryDirectory()
        let text = try directory.write("not PEM\n", to: "text")
        #expect(throws: TLSError.noCertificate(path: text)) {
            try TLSClientContext(roots: .file(text))
        }
        let reason = "No such file or directory"
        #expect(throws: TLSError.unreadable(path: "/none", reason: reason)) {
            try TLSClientContext(roots: .file("/none"))
        }
        #expect(throws: TLSError.unreadable(path: "/none", reason: reason)) {
            try TLSClientContext(certificate: (path: "/none", keyPath: text))
        }
        let issued = try TestAuthority().issue()
        #expect(throws: TLSError.noKey(path: text)) {
            try TLSClientContext(certificate: (path: issued.certificatePath, keyPath: text))
        }
    }
}
