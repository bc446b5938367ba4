import Bytes

/// Writes the values of parameters, of array elements or of a COPY row: a length and the bytes of
/// each, straight into the message. One call is one value.
public struct FieldWriter: ~Copyable {
    var bytes: [UInt8]
    /// How many values have been written.
    public private(set) var count = 0
    /// Whether one of them was NULL.
    private var hasNull = false

    init(appendingTo bytes: consuming [UInt8]) { self.bytes = bytes }

    /// Gives the buffer back.
    consuming func finish() -> [UInt8] { bytes }

    // MARK: Values of a fixed size

    /// NULL of any type.
    public mutating func null() {
        count += 1
        hasNull = true
        bytes.append(bigEndian: -1 as Int32)
    }

    /// So many NULLs.
    public mutating func nulls(_ number: Int) {
        if number == 0 { return }
        count += number
        hasNull = true
        // The length -1 of each.
        bytes.append(contentsOf: repeatElement(0xFF, count: 4 * number))
    }

    private mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
        count += 1
        bytes.append(bigEndian: Int32(MemoryLayout<Number>.size))
        bytes.append(bigEndian: number)
    }

    /// A `bool`.
    public mutating func bool(_ value: Bool) { integer(value ? 1 as UInt8 : 0) }
    /// An `int2`.
    public mutating func int2(_ value: Int16) { integer(value) }
    /// An `int4`.
    public mutating func int4(_ value: Int32) { integer(value) }
    /// An `int8`.
    public mutating func int8(_ value: Int64) { integer(value) }
    /// An `oid`.
    public mutating func oid(_ value: UInt32) { integer(value) }
    /// An `xid8`.
    public mutating func xid8(_ value: UInt64) { integer(value) }
    /// A `pg_lsn`.
    public mutating func lsn(_ value: UInt64) { integer(value) }
    /// A `float4`.
    public mutating func float4(_ value: Float) { integer(value.bitPattern) }
    /// A `float8`.
    public mutating func float8(_ value: Double) { integer(value.bitPattern) }

    /// A `time`, in microseconds since midnight: 0 to 86,400,000,000.
    public mutating func time(_ microseconds: Int64) throws(FormatFault) {
        guard (0...dayMicroseconds).contains(microseconds) else { throw .outOfRange(.time) }
        integer(microseconds)
    }

    /// A `timestamptz` or `timestamp`, in microseconds since 1970-01-01 UTC. The server has fewer
    /// years before Christ than 64 bits, and refuses the rest with 22008.
    public mutating func timestamp(_ moment: Unbounded) throws(FormatFault) {
        switch moment {
        case .infinity: integer(Int64.max)
        case .negativeInfinity: integer(Int64.min)
        case .finite(let microseconds):
            let (shifted, overflows) = microseconds.subtractingReportingOverflow(epochMicroseconds)
            guard !overflows, shifted != .min else { throw .outOfRange(.timestamptz) }
            integer(shifted)
        }
    }

    /// A `date`, in days since 1970-01-01.
    public mutating func date(_ day: Unbounded) throws(FormatFault) {
        switch day {
        case .infinity: integer(Int32.max)
        case .negativeInfinity: integer(Int32.min)
        case .finite(let days):
            let (shifted, overflows) = days.subtractingReportingOverflow(Int64(epochDays))
            guard !overflows, let number = Int32(exactly: shifted), number != .max, number != .min
            else { throw .outOfRange(.date) }
            integer(number)
        }
    }

    /// An `interval`.
    public mutating func interval(_ value: Interval) {
        count += 1
        bytes.append(bigEndian: 16 as Int32)
        bytes.append(bigEndian: value.microseconds)
        bytes.append(bigEndian: value.days)
        bytes.append(bigEndian: value.months)
    }

    // MARK: Values of any size

    /// A value that `body` appends in its own form.
    mutating func field<Fault: Error>(
        _ body: (inout [UInt8]) throws(Fault) -> Void
    ) throws(Fault) {
        let start = bytes.count
        bytes.append(bigEndian: 0 as Int32)
        try body(&bytes)
        closeField(at: start)
    }

    private mutating func closeField(at start: Int) {
        let size = bytes.count - start - 4
        precondition(size <= sentMessageBytesMax, "the server takes values below 1 GiB")
        bytes.overwrite(at: start, bigEndian: Int32(size))
        count += 1
    }

    /// The bytes of a value whose binary form they are: text, varchar, json and bytea; of any type
    /// where the parameter's format is text.
    public mutating func raw(_ value: Span<UInt8>) { field { $0.append(span: value) } }

    /// A text; also the text form of a value of any type where the parameter's format is text.
    /// With a NUL in it the server refuses it (22021).
    public mutating func text(_ value: String) { field { $0.append(utf8: value) } }

    /// A `jsonb`, from the text of a JSON value.
    public mutating func jsonb(_ text: Span<UInt8>) {
        field {
            $0.append(1)
            $0.append(span: text)
        }
    }

    /// A `uuid`, from its 36 characters.
    public mutating func uuid(_ text: Span<UInt8>) throws(FormatFault) {
        try field { (bytes) throws(FormatFault) in try Binary.appendUUID(text: text, to: &bytes) }
    }

    /// A `numeric`: `value` divided by ten to the `scale`, at most 18.
    public mutating func numeric(scaled value: Int64, scale: Int) {
        field { $0.appendNumeric(scaled: value, scale: scale) }
    }

    /// A `numeric` of any size, from its decimal text; `NaN` and `Infinity` too.
    public mutating func numeric(_ text: Span<UInt8>) throws(FormatFault) {
        try field { (bytes) throws(FormatFault) in try bytes.appendNumeric(text: text) }
    }

    /// An array of one dimension, whose elements `body` writes, one call each.
    public mutating func array<Fault: Error>(
        of element: TypeOID, _ body: (inout FieldWriter) throws(Fault) -> Void
    ) throws(Fault) {
        let start = bytes.count
        let (outerCount, outerHasNull) = (count, hasNull)
        (count, hasNull) = (0, false)
        // Its size, the number of dimensions, whether there are NULLs, the element's type; then of
        // the dimension the number of elements and that of the first.
        bytes.append(ascii: "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\u{1}")
        bytes.overwrite(at: start + 12, bigEndian: element.rawValue)
        try body(&self)
        if count == 0 {
            bytes.removeLast(bytes.count - (start + 16))
        } else {
            bytes.overwrite(at: start + 4, bigEndian: 1 as Int32)
            bytes.overwrite(at: start + 8, bigEndian: hasNull ? 1 as Int32 : 0)
            bytes.overwrite(at: start + 16, bigEndian: Int32(count))
        }
        (count, hasNull) = (outerCount, outerHasNull)
        closeField(at: start)
    }
}
