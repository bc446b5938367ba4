import Bytes
import Crypto
import Diagnostics
import HTTP
import Store
import Testing

@testable import Auth

@Suite struct EmailAddressTests {
    @Test(arguments: [
        ("ada@example.org", "ada@example.org"), (" Ada.L+x@Example.ORG\n", "ada.l+x@example.org"),
        ("a@b", "a@b"), ("o'hara_{}@sub.example-1.co", "o'hara_{}@sub.example-1.co"),
    ])
    func `addresses are trimmed and put into lower case`(text: String, address: String) throws {
        #expect(try EmailAddress.normalise(text) == address)
    }

    @Test(arguments: [
        "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a@.b", "a@b.", "a@b..c", "a@-b", "a@b-",
        "a\r\nBcc: x@y.z", "a@b.c\r\nx: y", "a\u{0}@b.c", "ä@b.c", "a@bücher.example", "a@b_c",
        String(repeating: "a", count: 65) + "@b", "a@" + String(repeating: "b", count: 64),
    ])
    func `what is no address is refused`(text: String) {
        #expect(throws: Problem.self) { try EmailAddress.normalise(text) }
    }
}

@Suite struct MetadataTests {
    @Test func `merging ten thousand members stays linear`() throws {
        let members = (0..<10_000).map { #""k\#($0)":\#($0)"# }.joined(separator: ",")
        let merged = try Metadata.merge("{\(members)}", ["k0": .null])
        #expect(merged.hasPrefix(#"{"k0":null,"k1":1,"#))
    }

    @Test func `the patch wins, and what is no object counts as empty`() throws {
        #expect(try Metadata.merge(#"{"a":1}"#, ["a": 2]) == #"{"a":2}"#)
        #expect(try Metadata.merge("no JSON", ["a": 2]) == #"{"a":2}"#)
    }
}
