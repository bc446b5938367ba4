import Bytes

// Field lines in the making: `Name: value` and CRLF (RFC 9112 §5). A control byte in a value is
// sent as a space, so that no value can begin a line of its own.
extension [UInt8] {
    /// Appends a field line.
    public mutating func append(field: StaticString, _ value: String) {
        append(field: field, bytes: value.utf8)
    }

    /// Appends a field line whose value is in bytes.
    public mutating func append(field: StaticString, bytes value: some Sequence<UInt8>) {
        append(ascii: field)
        append(ascii: ": ")
        for byte in value { append(byte < 0x20 || byte == 0x7F ? ASCII.space : byte) }
        append(ascii: "\r\n")
    }

    /// Appends a field line with a value known when the program is written.
    public mutating func append(field: StaticString, ascii value: StaticString) {
        append(ascii: field)
        append(ascii: ": ")
        append(ascii: value)
        append(ascii: "\r\n")
    }
}
