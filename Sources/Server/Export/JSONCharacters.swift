import Bytes

extension [UInt8] {
    /// The characters that stand for themselves in a JSON string that we have written: of escapes
    /// of four digits, only those of control characters are in such.
    init(unescaping json: Span<UInt8>) {
        self = []
        reserveCapacity(json.count)
        var index = 0
        while index < json.count {
            guard json[index] == ASCII.backslash, index + 1 < json.count else {
                append(json[index])
                index += 1
                continue
            }
            let escape = json[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "n"): append(ASCII.lf)
            case UInt8(ascii: "r"): append(ASCII.cr)
            case UInt8(ascii: "t"): append(ASCII.tab)
            case UInt8(ascii: "b"): append(0x08)
            case UInt8(ascii: "f"): append(0x0C)
            case UInt8(ascii: "u") where index + 4 <= json.count:
                let digits = (2..<4).map { ASCII.hexValue(json[index + $0]) ?? 0 }
                append(digits[0] << 4 | digits[1])
                index += 4
            default: append(escape)
            }
        }
    }
}
