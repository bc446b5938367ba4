import Bytes
import Crypto
import Testing

struct DigestCase: CustomTestStringConvertible, Sendable {
    let input: String
    let sha1: String
    let sha256: String
    var testDescription: String { "\(input.utf8.count) bytes" }
}

@Suite struct DigestTests {
    /// FIPS 180-4 examples, and the empty message.
    static let cases: [DigestCase] = [
        DigestCase(
            input: "", sha1: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        DigestCase(
            input: "abc", sha1: "a9993e364706816aba3e25717850c26c9cd0d89d",
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        DigestCase(
            input: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            sha1: "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
            sha256: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
    ]

    @Test(arguments: cases)
    func `digests match the standard's examples`(example: DigestCase) {
        #expect(Hex.encode(Digest.sha1(Array(example.input.utf8))) == example.sha1)
        #expect(Hex.encode(Digest.sha256(Array(example.input.utf8))) == example.sha256)
    }

    /// RFC 1321 §A.5.
    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ])
    func `md5 matches the standard's examples where it may be used`(text: String, digest: String) {
        if let found = Digest.md5(Array(text.utf8)) { #expect(Hex.encode(found) == digest) }
    }

    @Test func `the WebSocket handshake example of RFC 6455 comes out`() {
        let joined = "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        #expect(
            Base64.encode(Digest.sha1(Array(joined.utf8))) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }
}

struct CodeCase: CustomTestStringConvertible, Sendable {
    let name: String
    let key: [UInt8]
    let message: [UInt8]
    let code: String
    var testDescription: String { name }
}

@Suite struct HMACSHA256Tests {
    /// RFC 4231 §4.
    static let cases: [CodeCase] = [
        CodeCase(
            name: "1", key: .init(repeating: 0x0b, count: 20), message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        CodeCase(
            name: "2", key: Array("Jefe".utf8),
            message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        CodeCase(
            name: "6, key longer than a block", key: .init(repeating: 0xaa, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    ]

    @Test(arguments: cases)
    func `codes match RFC 4231`(example: CodeCase) {
        #expect(Hex.encode(HMACSHA256.code(for: example.message, key: example.key)) == example.code)
        let framed = [0] + example.message + [0]
        let part = framed[1..<(framed.count - 1)]
        #expect(Hex.encode(HMACSHA256.code(for: part, key: example.key)) == example.code)
    }

    @Test func `an empty message and an empty key have a code`() {
        #expect(
            Hex.encode(HMACSHA256.code(for: [UInt8](), key: []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    /// RFC 7914 §11 has the first two blocks of the first; the others are of RFC 6070's inputs.
    @Test(arguments: [
        ("passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"),
        ("password", "salt", 2, "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43"),
        (
            "password", "salt", 4096,
            "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"
        ),
    ])
    func `stretching a password matches RFC 7914 and RFC 6070`(
        password: String, salt: String, iterations: Int32, key: String
    ) {
        let found = HMACSHA256.stretchPassword(
            Array(password.utf8), salt: Array(salt.utf8), iterations: iterations)
        #expect(Hex.encode(found) == key)
    }

    @Test func `an empty password can be stretched`() {
        #expect(HMACSHA256.stretchPassword([], salt: [1], iterations: 1).count == 32)
    }

    @Test func `key derivation matches RFC 5869 cases 1 and 3`() {
        let secret = [UInt8](repeating: 0x0b, count: 22)
        let salted = HMACSHA256.deriveKey(
            from: secret, salt: Array(0x00...0x0c), label: Array(0xf0...0xf9), count: 42)
        #expect(
            Hex.encode(salted)
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                + "34007208d5b887185865"
        )
        let bare = HMACSHA256.deriveKey(from: secret, salt: [], label: [], count: 42)
        #expect(
            Hex.encode(bare)
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                + "9d201395faa4b61a96c8"
        )
    }
}

@Suite struct RandomBytesTests {
    @Test(arguments: [0, 1, 16, 1000])
    func `as many bytes as asked come, and never the same`(count: Int) {
        let one = RandomBytes.make(count)
        #expect(one.count == count)
        if count >= 16 { #expect(one != RandomBytes.make(count)) }
    }

    @Test func `constant-time comparison agrees with equality`() {
        let bytes = RandomBytes.make(32)
        #expect(ConstantTime.equal(bytes, bytes))
        #expect(ConstantTime.equal([], []))
        #expect(!ConstantTime.equal(bytes, Array(bytes.dropLast())))
        for position in bytes.indices {
            var other = bytes
            other[position] ^= 1
            #expect(!ConstantTime.equal(bytes, other))
        }
    }
}

@Suite struct CryptoLibraryTests {
    @Test func `the library may be prepared while others use it`() async {
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        await withTaskGroup(of: String.self) { group in
            for number in 0..<8 {
                group.addTask {
                    if number.isMultiple(of: 2) { CryptoLibrary.prepare() }
                    return Hex.encode(Digest.sha256(Array("abc".utf8)))
                }
            }
            for await found in group { #expect(found == digest) }
        }
    }
}
