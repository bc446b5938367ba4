import Bytes
import Crypto

/// The meaning of a refresh token (auth.md §3.2): which session, and how many rotations it has
/// seen.
///
/// The text is base64url of
///
///     version (1) │ session id (16) │ counter (LEB128, 1–9) │ code (16)
///
/// where the code is HMAC-SHA256 over everything before it, cut to 16 bytes, under a key derived
/// from the server's secret and the session's salt. The token after the next rotation can so be
/// computed and nothing of it is stored: a copy of the database holds no usable token.
struct RefreshToken: Hashable, Sendable {
    let sessionID: String
    let counter: Int64
    private let code: [UInt8]

    private static let version: UInt8 = 1
    private static let codeBytes = 16

    init(sessionID: String, counter: Int64) {
        self.sessionID = sessionID
        self.counter = counter
        code = []
    }

    /// Nil when the text has not this form. Whether it is ours, only ``isAuthentic(master:salt:)``
    /// says.
    init?(parsing text: String) {
        guard text.utf8.count <= AuthLimits.refreshTokenBytesMax,
            let bytes = Base64URL.decode(text), bytes.count >= 18 + Self.codeBytes,
            bytes[0] == Self.version
        else { return nil }
        let hex = Hex.encode(bytes[1..<17])
        sessionID = Self.dashed(hex)
        guard let counter = Self.number(bytes[17..<(bytes.count - Self.codeBytes)]) else {
            return nil
        }
        self.counter = counter
        code = Array(bytes.suffix(Self.codeBytes))
    }

    func signed(master: [UInt8], salt: [UInt8]) -> String {
        Base64URL.encode(message + Self.code(message, master, salt))
    }

    func isAuthentic(master: [UInt8], salt: [UInt8]) -> Bool {
        ConstantTime.equal(Self.code(message, master, salt), code)
    }

    private var message: [UInt8] {
        var bytes = [Self.version]
        bytes += Hex.decode(sessionID.utf8.filter { $0 != ASCII.minus }) ?? []
        var rest = UInt64(counter)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
        return bytes
    }

    private static func code(_ message: [UInt8], _ master: [UInt8], _ salt: [UInt8]) -> [UInt8] {
        let key = HMACSHA256.deriveKey(
            from: master, salt: salt, label: Array("refresh".utf8), count: 32)
        return Array(HMACSHA256.code(for: message, key: key).prefix(codeBytes))
    }

    private static func dashed(_ hex: String) -> String {
        var text = ""
        for (index, digit) in hex.enumerated() {
            if index == 8 || index == 12 || index == 16 || index == 20 { text += "-" }
            text.append(digit)
        }
        return text
    }

    /// The shortest LEB128 form only: one counter has one token.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard (1...9).contains(bytes.count), let last = bytes.last, last < 0x80 else { return nil }
        guard bytes.count == 1 || last != 0 else { return nil }
        guard bytes.dropLast().allSatisfy({ $0 >= 0x80 }) else { return nil }
        return Int64(bytes.reversed().reduce(UInt64(0)) { $0 << 7 | UInt64($1 & 0x7F) })
    }
}
