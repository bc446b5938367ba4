import Bytes
import Diagnostics

/// Email addresses as they are stored and compared.
enum EmailAddress {
    /// Trimmed and in lower case, or the problem with it. Only ASCII addresses are taken, as by the
    /// reference server: others would need normalisation to be comparable.
    static func normalise(_ text: String) throws(Problem) -> String {
        let bytes = Array(text.utf8).trimming(ASCII.isSpace)
        guard bytes.count <= AuthLimits.emailBytesMax else {
            throw .validation("An email address is too long")
        }
        guard isAddress(bytes) else {
            throw .validation("Unable to validate email address: invalid format")
        }
        return String(utf8: bytes.map { ASCII.lowercased($0) })
    }

    /// The `addr-spec` of HTML's email field (WHATWG HTML §4.10.5.1.5): an unquoted local part, one
    /// `@`, and labels of at most 63 characters.
    private static func isAddress(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let at = bytes.firstIndex(of: 0x40) else { return false }
        let local = bytes[..<at]
        let domain = bytes[(at + 1)...]
        guard (1...64).contains(local.count), local.allSatisfy(isLocal) else { return false }
        return domain.split(separator: ASCII.dot, omittingEmptySubsequences: false)
            .allSatisfy(isLabel)
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || ".!#$%&'*+/=?^_`{|}~-".utf8.contains(byte)
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        (1...63).contains(label.count) && label.first != ASCII.minus && label.last != ASCII.minus
            && label.allSatisfy {
                ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == ASCII.minus
            }
    }
}
