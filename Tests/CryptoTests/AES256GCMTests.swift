import Bytes
import Crypto
import Testing

/// A test case of "The Galois/Counter Mode of Operation (GCM)", McGrew and Viega, appendix B.
struct GCMCase: CustomTestStringConvertible, Sendable {
    let name: String
    let key: String
    let nonce: String
    let plaintext: String
    let context: String
    let ciphertext: String
    let tag: String
    var testDescription: String { name }
}

@Suite struct AES256GCMTests {
    static let zeroes = String(repeating: "0", count: 64)
    static let cases = [
        GCMCase(
            name: "13", key: zeroes, nonce: "000000000000000000000000", plaintext: "", context: "",
            ciphertext: "", tag: "530f8afbc74536b9a963b4f1c4cb738b"),
        GCMCase(
            name: "14", key: zeroes, nonce: "000000000000000000000000",
            plaintext: "00000000000000000000000000000000", context: "",
            ciphertext: "cea7403d4d606b6e074ec5d3baf39d18",
            tag: "d0d1c8a799996bf0265b98b5d48ab919"),
        GCMCase(
            name: "16",
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888",
            plaintext: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            context: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            ciphertext: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
            tag: "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    static func bytes(_ hex: String) throws -> [UInt8] {
        try #require(Hex.decode(hex.utf8))
    }

    @Test(arguments: cases)
    func `what the standard's authors sealed opens`(example: GCMCase) throws {
        let box = try Self.bytes(example.nonce + example.ciphertext + example.tag)
        let opened = AES256GCM.open(
            box, key: try Self.bytes(example.key), context: try Self.bytes(example.context))
        #expect(opened.map(Hex.encode) == example.plaintext)
    }

    static let key = [UInt8](0..<32)
    static let context = Array("where it stands".utf8)

    @Test(arguments: [0, 1, 16, 17, 1000])
    func `what is sealed opens, and looks different each time`(count: Int) {
        let plaintext = [UInt8](repeating: 0x61, count: count)
        let box = AES256GCM.seal(plaintext, key: Self.key, context: Self.context)
        #expect(box.count == count + 28)
        #expect(AES256GCM.open(box, key: Self.key, context: Self.context) == plaintext)
        #expect(AES256GCM.seal(plaintext, key: Self.key, context: Self.context) != box)
    }

    @Test func `one changed bit anywhere, and it stays shut`() {
        let box = AES256GCM.seal(Array("text".utf8), key: Self.key, context: Self.context)
        for bit in 0..<(box.count * 8) {
            var changed = box
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(AES256GCM.open(changed, key: Self.key, context: Self.context) == nil)
        }
        for length in 0..<box.count {
            let cut = Array(box.prefix(length))
            #expect(AES256GCM.open(cut, key: Self.key, context: Self.context) == nil)
        }
    }

    @Test func `another key or another place, and it stays shut`() {
        let box = AES256GCM.seal(Array("text".utf8), key: Self.key, context: Self.context)
        #expect(AES256GCM.open(box, key: Self.key.reversed(), context: Self.context) == nil)
        #expect(AES256GCM.open(box, key: Self.key, context: []) == nil)
    }
}
