import Bytes

/// What a route takes as the body of a request, be it held until it is whole or streamed.
public struct BodyPolicy: Sendable {
    /// Decoded bytes at the most; more is 413, told before the first of them is read if the head
    /// tells the length.
    public var bytesMax: Int
    /// The media types taken, without parameters; empty for all. A body of another type is 415, one
    /// of no declared type is taken (RFC 9110 §8.3).
    public var mediaTypes: [StaticString]
    /// Whether it is read as JSON where it is handed over, so that memory for its values is taken
    /// before. To count them takes a millisecond for each MiB: who reads longer ones does it by a
    /// ``Preparation``, and counts them there.
    public var isReadAtOnce: Bool

    /// A policy.
    public init(bytesMax: Int, mediaTypes: [StaticString] = [], isReadAtOnce: Bool = false) {
        self.bytesMax = bytesMax
        self.mediaTypes = mediaTypes
        self.isReadAtOnce = isReadAtOnce
    }

    /// Judges a body by its head.
    ///
    /// - Throws: 415 or 413.
    public func check(_ head: RequestHead) throws(HTTPFault) {
        if !mediaTypes.isEmpty, let field = head.fieldBytes("content-type") {
            let name = BodyPolicy.mediaType(field)
            let isTaken = mediaTypes.contains { ASCII.equalIgnoringCase(name, $0) }
            guard name.isEmpty || isTaken else { throw .mediaType(String(utf8: name)) }
        }
        if case .fixed(let count) = head.framing, count > bytesMax {
            throw .bodyTooLong(max: bytesMax)
        }
    }

    /// `type/subtype` of a field value, without its parameters.
    private static func mediaType(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        field.prefix { $0 != ASCII.semicolon }.trimming(ASCII.isBlank)
    }
}
