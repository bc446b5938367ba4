import Bytes

/// The form of a path behind its service's prefix, segment by segment: `object/{bucket}/{path...}`.
///
/// A segment is a word, a `{parameter}` that stands for any one segment, also an empty one, or, at
/// the end, a `{tail...}` that stands for all that are left, also none. Words are compared byte by
/// byte, before any percent-decoding. The empty pattern is the prefix itself.
public struct PathPattern: ExpressibleByStringLiteral, Hashable, Sendable {
    enum Segment: Hashable, Sendable {
        case word([UInt8])
        case parameter
        case tail
    }

    /// As it was written.
    public let text: String
    let segments: [Segment]

    /// A pattern written in the program. Traps on one that has a tail before its end or more
    /// parameters than ``PathParameters`` holds.
    public init(stringLiteral text: String) {
        self.text = text
        segments =
            text.isEmpty
            ? []
            : text.split(separator: "/", omittingEmptySubsequences: false).map(Segment.init)
        precondition(!segments.dropLast().contains(.tail), "a tail ends its pattern: \(text)")
        let parameters = segments.count { $0 == .parameter || $0 == .tail }
        precondition(parameters <= PathParameters.countMax, "too many parameters: \(text)")
    }

    /// The pattern of one word, whatever stands in it.
    public init(word: String) {
        text = word
        segments = [.word(Array(word.utf8))]
    }
}

extension PathPattern {
    /// Whether it has something at a path or below it: not the segments of words that no request
    /// could have.
    public func isReached(from words: some Collection<[UInt8]>) -> Bool {
        var segments = segments[...]
        for word in words {
            switch segments.popFirst() {
            case .word(word)?, .parameter?: continue
            case .tail?: return true
            case .word?, nil: return false
            }
        }
        return true
    }
}

extension PathPattern.Segment {
    init(_ text: Substring) {
        if text.hasPrefix("{"), text.hasSuffix("...}") {
            self = .tail
        } else {
            self = text.hasPrefix("{") && text.hasSuffix("}") ? .parameter : .word(Array(text.utf8))
        }
    }
}

/// What stands in a path for the parameters of its pattern, in their order and not decoded.
public struct PathParameters: Sendable {
    /// The most parameters of one pattern.
    public static let countMax = 4

    private let path: ArraySlice<UInt8>
    /// Relative to the path's beginning. Small, since every request has them.
    private var places: InlineArray<4, Range<Int32>>
    /// How many there are.
    public private(set) var count = 0

    init(of path: ArraySlice<UInt8>) {
        self.path = path
        places = InlineArray(repeating: 0..<0)
    }

    /// The bytes of one parameter.
    public subscript(index: Int) -> ArraySlice<UInt8> {
        precondition(index < count, "no such parameter")
        let (start, place) = (path.startIndex, places[index])
        return path[start + Int(place.lowerBound)..<start + Int(place.upperBound)]
    }

    mutating func append(_ place: Range<Int>) {
        let start = Int32(truncatingIfNeeded: place.lowerBound - path.startIndex)
        places[count] = start..<start + Int32(truncatingIfNeeded: place.count)
        count += 1
    }

    mutating func removeLast() { count -= 1 }
}
