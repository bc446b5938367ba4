/// Percent-encoding of URI components (RFC 3986 §2.1).
public enum PercentEncoding {
    /// The bytes that `bytes` stand for, nil when a `%` is not followed by two hexadecimal digits.
    ///
    /// - Parameter plusIsSpace: whether `+` means a blank, as in query strings of HTML forms.
    public static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            switch byte {
            case ASCII.percent:
                guard let escaped = escape(at: index, in: bytes) else { return nil }
                decoded.append(escaped)
                index += 3
            case ASCII.plus where plusIsSpace:
                decoded.append(ASCII.space)
                index += 1
            default:
                decoded.append(byte)
                index += 1
            }
        }
        return decoded
    }

    /// The byte that the escape whose `%` stands at `index` stands for; nil when two hexadecimal
    /// digits do not follow.
    public static func escape(at index: Int, in bytes: ArraySlice<UInt8>) -> UInt8? {
        guard bytes.endIndex - index > 2, let high = ASCII.hexValue(bytes[index + 1]),
            let low = ASCII.hexValue(bytes[index + 2])
        else { return nil }
        return high << 4 | low
    }

    /// `text` with every byte but the unreserved characters (RFC 3986 §2.3) percent-encoded.
    public static func encode(component text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case _ where ASCII.isLetter(byte) || ASCII.isDigit(byte): encoded.append(byte)
            case ASCII.minus, ASCII.dot, ASCII.underscore, 0x7E: encoded.append(byte)
            default:
                encoded.append(ASCII.percent)
                encoded.append(Hex.upperDigit(byte >> 4))
                encoded.append(Hex.upperDigit(byte & 0x0F))
            }
        }
        return String(utf8: encoded)
    }
}
