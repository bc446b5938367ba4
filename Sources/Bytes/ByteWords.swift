// Looking at eight bytes at a time.

extension Span<UInt8> {
    /// The eight bytes from `index` on, the first one in the lowest bits. There must be as many.
    @inlinable func word(at index: Int) -> UInt64 {
        UInt64(
            littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// Whether eight bytes follow from `index` on, all of them ASCII.
    @inlinable func isASCII(at index: Int) -> Bool {
        index &+ 8 <= count && word(at: index) & 0x8080_8080_8080_8080 == 0
    }

    /// Whether no byte is beyond ASCII.
    @inlinable public var isASCII: Bool {
        var index = 0
        while isASCII(at: index) { index &+= 8 }
        while index < count, self[index] < 0x80 { index &+= 1 }
        return index >= count
    }

    /// Whether eight bytes follow from `index` on, none of them an ASCII control character.
    @inlinable public func hasNoControls(at index: Int) -> Bool {
        guard index &+ 8 <= count else { return false }
        // As in `hasNUL`, once for what is below the space and once for DEL.
        let word = word(at: index)
        let low = (word &- 0x2020_2020_2020_2020) & ~word
        let others = word ^ 0x7F7F_7F7F_7F7F_7F7F
        let deletes = (others &- 0x0101_0101_0101_0101) & ~others
        return (low | deletes) & 0x8080_8080_8080_8080 == 0
    }

    /// Whether one of the bytes is NUL.
    @inlinable public var hasNUL: Bool {
        var index = 0
        while index &+ 8 <= count {
            // A borrow reaches the high bit of a byte that is zero; where it comes from the byte
            // below, that one is zero itself.
            let word = word(at: index)
            if (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0 { return true }
            index &+= 8
        }
        while index < count {
            if self[index] == 0 { return true }
            index &+= 1
        }
        return false
    }
}

extension String {
    /// Whether the text holds a NUL: PostgreSQL takes no such text, and C strings end there.
    @inlinable public var hasNUL: Bool { utf8Span.span.hasNUL }
}
