extension String {
    /// The text with another in place of each ASCII byte `byte`, as quoting needs it.
    ///
    /// Never by characters: a mark behind a quotation mark (U+0301) and a sign in front of one
    /// (U+0600) make one `Character` with it, which does not equal the mark (UAX #29, GB9, GB9b).
    public func replacing(byte: UInt8, with text: StaticString) -> String {
        guard utf8.contains(byte) else { return self }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count + text.utf8CodeUnitCount)
        for unit in utf8 {
            if unit == byte { bytes.append(ascii: text) } else { bytes.append(unit) }
        }
        return String(utf8: bytes)
    }
}
