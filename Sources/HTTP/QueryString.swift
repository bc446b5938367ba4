import Bytes

/// The query component of a target as a form (`application/x-www-form-urlencoded`).
public enum QueryString {
    /// Splits at `&` and at the first `=`, then decodes `%XX` and `+` for a space. Empty
    /// parameters are dropped; one without `=` has no value. A broken escape stands for itself and
    /// malformed UTF-8 is repaired, so that every query has a meaning.
    public static func parse(_ raw: ArraySlice<UInt8>) -> [(name: String, value: String?)] {
        var parameters: [(name: String, value: String?)] = []
        var start = raw.startIndex
        while start < raw.endIndex {
            let end = raw[start...].firstIndex(of: ASCII.ampersand) ?? raw.endIndex
            let part = raw[start..<end]
            start = end + 1
            if part.isEmpty { continue }
            if let equals = part.firstIndex(of: ASCII.equals) {
                parameters.append((text(part[..<equals]), text(part[(equals + 1)...])))
            } else {
                parameters.append((text(part), nil))
            }
        }
        return parameters
    }

    private static func text(_ part: ArraySlice<UInt8>) -> String {
        if let decoded = PercentEncoding.decode(part, plusIsSpace: true) {
            return String(decoding: decoded, as: UTF8.self)
        }
        return String(decoding: lenientlyDecoded(part), as: UTF8.self)
    }

    /// As `PercentEncoding.decode`, but a `%` that begins no escape is kept.
    private static func lenientlyDecoded(_ part: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(part.count)
        var index = part.startIndex
        while index < part.endIndex {
            let byte = part[index]
            if byte == ASCII.percent, index + 2 < part.endIndex,
                let high = ASCII.hexValue(part[index + 1]),
                let low = ASCII.hexValue(part[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(byte == ASCII.plus ? ASCII.space : byte)
                index += 1
            }
        }
        return decoded
    }
}
