import Bytes

extension Binary {
    /// Appends the 36 characters of a `uuid`, in lower case.
    public static func appendUUID(
        _ bytes: Span<UInt8>, to output: inout [UInt8]
    ) throws(FormatFault) {
        guard bytes.count == 16 else { throw .wrongSize(bytes.count, type: .uuid) }
        for index in bytes.indices {
            if index == 4 || index == 6 || index == 8 || index == 10 { output.append(ASCII.minus) }
            output.append(Hex.digit(bytes[index] >> 4))
            output.append(Hex.digit(bytes[index] & 15))
        }
    }

    /// Appends the 16 bytes of a UUID written in 36 characters of either case.
    static func appendUUID(text: Span<UInt8>, to output: inout [UInt8]) throws(FormatFault) {
        guard text.count == 36 else { throw .malformed(.uuid) }
        var index = 0
        while index < 36 {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard text[index] == ASCII.minus else { throw .malformed(.uuid) }
                index += 1
            }
            guard let high = ASCII.hexValue(text[index]), let low = ASCII.hexValue(text[index + 1])
            else { throw .malformed(.uuid) }
            output.append(high << 4 | low)
            index += 2
        }
    }
}
