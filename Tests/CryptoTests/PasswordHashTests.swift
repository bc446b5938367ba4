import Bytes
import Crypto
import Testing

@Suite struct ScryptTests {
    @Test func `derived keys match RFC 7914`() throws {
        let small = try #require(ScryptParameters(logN: 4, r: 1, p: 1))
        let empty = try Scrypt.derive(password: [], salt: [], parameters: small, count: 64)
        #expect(
            Hex.encode(empty)
                == "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")
        let middle = try #require(ScryptParameters(logN: 10, r: 8, p: 16))
        let salted = try Scrypt.derive(
            password: Array("password".utf8), salt: Array("NaCl".utf8), parameters: middle,
            count: 64)
        #expect(
            Hex.encode(salted)
                == "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")
    }

    @Test(arguments: [
        (0, 8, 1), (21, 1, 1), (15, 0, 1), (15, 33, 1), (15, 8, 0), (15, 8, 17), (20, 32, 16),
        (-1, 8, 1), (18, 16, 1),
    ])
    func `parameters out of range do not exist`(logN: Int, r: Int, p: Int) {
        #expect(ScryptParameters(logN: logN, r: r, p: p) == nil)
    }

    @Test func `the standard parameters take 32 MiB and pass the self-test`() throws {
        #expect(ScryptParameters.standard.memoryBytes == 128 * 8 * 32_768 + 128 * 8 * 3)
        try Scrypt.selfTest(.standard)
    }
}

@Suite struct PasswordHashTests {
    static let quick = ScryptParameters(logN: 4, r: 8, p: 1)!

    @Test(arguments: ["", "secret", "pässwörd ☃ with spaces", String(repeating: "x", count: 1024)])
    func `a stored password verifies, and no other does`(password: String) throws {
        let bytes = Array(password.utf8)
        let stored = try PasswordHash(of: bytes, parameters: Self.quick)
        let read = try #require(PasswordHash(phc: stored.phc))
        #expect(read == stored)
        #expect(read.parameters == Self.quick)
        #expect(try read.matches(bytes))
        #expect(try !read.matches(bytes + [1]))
        #expect(try !read.matches(Array("Secret".utf8)))
    }

    @Test func `the same password is stored differently each time`() throws {
        let one = try PasswordHash(of: [1], parameters: Self.quick)
        let other = try PasswordHash(of: [1], parameters: Self.quick)
        #expect(one.phc != other.phc)
        #expect(one.phc.hasPrefix("$scrypt$ln=4,r=8,p=1$"))
        #expect(!one.phc.contains("=" + "$"))
    }

    @Test(arguments: [
        "", "$", "plain", "$2b$10$abcdefghijklmnopqrstuv",
        "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=8$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=+4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$r=8,ln=4,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
        "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA$",
    ])
    func `text that is no hash of ours is refused`(text: String) {
        #expect(PasswordHash(phc: text) == nil)
    }
}
