extension Span<UInt8> {
    /// The bytes in an array of their own.
    var copied: [UInt8] { unsafe withUnsafeBufferPointer { unsafe [UInt8]($0) } }

    /// The number whose bytes begin at `index`, the highest first. They must all be there.
    func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
        at index: Int, as type: Number.Type
    ) -> Number {
        Number(bigEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: type))
    }
}

extension [UInt8] {
    /// Appends the bytes of `number`, the highest first.
    mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(bigEndian number: Number) {
        unsafe Swift.withUnsafeBytes(of: number.bigEndian) { unsafe append(contentsOf: $0) }
    }

    /// Writes over the bytes at `index`.
    mutating func overwrite<Number: FixedWidthInteger & BitwiseCopyable>(
        at index: Int, bigEndian number: Number
    ) {
        unsafe withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: number.bigEndian, toByteOffset: index, as: Number.self)
        }
    }
}
