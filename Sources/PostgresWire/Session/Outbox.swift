import Bytes

/// What goes to the server. Bytes are named by how many went before them since the session began,
/// and stay for a while after they are sent: a unit may have to be sent again.
///
///     [kept][to send]
///     ^ base ^ taken  ^ end
struct Outbox {
    var bytes: [UInt8] = []
    private(set) var base = 0
    /// Where what has not been taken begins.
    private(set) var taken = 0

    var end: Int { base + bytes.count }
    var hasOutput: Bool { taken < end }

    mutating func takeAll(_ body: (Span<UInt8>) -> Void) {
        guard hasOutput else { return }
        body(bytes.span.extracting((taken - base)...))
        taken = end
    }

    /// Drops what is sent and comes before a place.
    mutating func release(upTo place: Int) {
        let count = min(place, taken) - base
        guard count > 0 else { return }
        if count == bytes.count {
            // A large write leaves no large buffer behind.
            bytes.removeAll(keepingCapacity: bytes.capacity <= keptBufferBytes)
        } else if count > bytes.count / 2 {
            bytes.removeFirst(count)
        } else {
            return
        }
        base += count
    }

    /// Drops the end from a place on, which must not have been taken.
    mutating func truncate(to place: Int) { bytes.removeLast(end - place) }

    /// Appends a copy of what is still kept.
    mutating func appendCopy(of places: Range<Int>) {
        bytes += Array(bytes[(places.lowerBound - base)..<(places.upperBound - base)])
    }

    /// The bytes of a place that is still kept.
    func kept(_ places: Range<Int>) -> ArraySlice<UInt8> {
        bytes[(places.lowerBound - base)..<(places.upperBound - base)]
    }
}

/// The largest buffer that a session keeps while nothing is in it, in bytes.
let keptBufferBytes = 256 << 10
