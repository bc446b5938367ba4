import Bytes

/// How much of a representation a request asks for (RFC 9110 §14.2): what to answer, where there is
/// a representation to be sent whole.
///
/// One range of bytes is taken. Several ranges, another unit and what is malformed are passed over,
/// as §14.2 allows.
public enum RangeSelection: Hashable, Sendable {
    /// All of it: 200.
    case whole
    /// These bytes, which are at least one: 206.
    case part(Range<Int>)
    /// A range that begins behind the end: 416.
    case unsatisfiable

    /// What `Range` and `If-Range` ask for. Only GET knows ranges.
    ///
    /// - Parameters:
    ///   - byteCount: The length of the representation.
    ///   - entityTag: The value of its `ETag`, if it has one.
    ///   - lastModified: The value of its `Last-Modified`, provided that it has not changed twice
    ///     within that second: else it is no strong validator (§8.8.2.2), and nil here.
    public init(
        _ head: RequestHead, of byteCount: Int, entityTag: String? = nil,
        lastModified: String? = nil
    ) {
        guard head.method == .get, let first = head.index(of: "range"),
            head.index(of: "range", from: first + 1) == nil,
            head.meetsIfRange(entityTag, lastModified)
        else {
            self = .whole
            return
        }
        self.init(specifier: head.fieldBytes("range") ?? [], of: byteCount)
    }

    /// The value of `Content-Range` (§14.4); nil where all is sent.
    public func contentRange(of byteCount: Int) -> String? {
        switch self {
        case .whole: nil
        case .part(let bytes): "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(byteCount)"
        case .unsatisfiable: "bytes */\(byteCount)"
        }
    }

    /// `bytes=first-[last]` or `bytes=-count` (§14.1.2).
    private init(specifier: ArraySlice<UInt8>, of byteCount: Int) {
        self = .whole
        guard let equals = specifier.firstIndex(of: ASCII.equals) else { return }
        let unit = specifier[..<equals]
        guard unit.span.equalsIgnoringCase("bytes") else { return }
        let range = specifier[(equals + 1)...].trimming(ASCII.isBlank)
        guard let dash = range.firstIndex(of: ASCII.minus) else { return }
        let (digits, moreDigits) = (range[..<dash], range[(dash + 1)...])
        let first = decimal(digits.span)
        let last = decimal(moreDigits.span)
        if dash == range.startIndex, let last {
            if last == 0 {
                self = .unsatisfiable
            } else if byteCount > 0 {  // An empty representation is sent as it is.
                self = .part(max(0, byteCount - last)..<byteCount)
            }
        } else if let first, dash + 1 == range.endIndex || last.map({ first <= $0 }) == true {
            guard first < byteCount else {
                self = .unsatisfiable
                return
            }
            self = .part(first..<min(byteCount, (last ?? byteCount) + 1))
        }
    }
}

extension RequestHead {
    /// Whether the peer's part, if it names one, is of the same representation (RFC 9110 §13.1.5).
    /// Validators are compared as they are written, and weak ones are equal to none.
    fileprivate func meetsIfRange(_ entityTag: String?, _ lastModified: String?) -> Bool {
        guard let condition = fieldBytes("if-range") else { return true }
        if condition.starts(with: "W/".utf8) { return false }
        let validator = condition.first == ASCII.quote ? entityTag : lastModified
        return validator.map { condition.elementsEqual($0.utf8) } ?? false
    }
}
