import Bytes

/// The query component of a target as a form (`application/x-www-form-urlencoded`).
public enum QueryString {
    /// Splits at `&` and at the first `=`, then decodes `%XX` and `+` for a space. Empty
    /// parameters are dropped; one without `=` has no value. A broken escape stands for itself and
    /// malformed UTF-8 is repaired, so that every query has a meaning.
    public static func parse(_ raw: ArraySlice<UInt8>) -> [(name: String, value: String?)] {
        var parameters: [(name: String, value: String?)] = []
        for part in parts(of: raw) {
            if let equals = part.firstIndex(of: ASCII.equals) {
                parameters.append((text(part[..<equals]), text(part[(equals + 1)...])))
            } else {
                parameters.append((text(part), nil))
            }
        }
        return parameters
    }

    /// The values of one parameter in their order, as ``parse(_:)`` gives them; nil for one without
    /// `=`. Others are not decoded: a query has room for thousands.
    public static func values(of name: String, in raw: ArraySlice<UInt8>) -> [String?] {
        let count = name.utf8.count
        var values: [String?] = []
        for part in parts(of: raw) {
            let equals = part.firstIndex(of: ASCII.equals)
            let found = part[..<(equals ?? part.endIndex)]
            // An escape has three bytes.
            guard count...(3 * count) ~= found.count else { continue }
            guard found.count == count ? found.elementsEqual(name.utf8) : text(found) == name
            else { continue }
            values.append(equals.map { text(part[($0 + 1)...]) })
        }
        return values
    }

    /// The parameters as they stand in the query, in the order of ``parse(_:)``.
    public static func parts(of raw: ArraySlice<UInt8>) -> Parts { Parts(rest: raw) }

    /// What stands between the `&` of a query, the empty left out.
    public struct Parts: Sequence, IteratorProtocol {
        fileprivate var rest: ArraySlice<UInt8>

        /// The next part.
        public mutating func next() -> ArraySlice<UInt8>? {
            while let first = rest.first {
                if first == ASCII.ampersand {
                    rest = rest.dropFirst()
                    continue
                }
                let end = rest.firstIndex(of: ASCII.ampersand) ?? rest.endIndex
                defer { rest = rest[end...] }
                return rest[..<end]
            }
            return nil
        }
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
            if byte == ASCII.percent, let escaped = PercentEncoding.escape(at: index, in: part) {
                decoded.append(escaped)
                index += 3
            } else {
                decoded.append(byte == ASCII.plus ? ASCII.space : byte)
                index += 1
            }
        }
        return decoded
    }
}
