/// So many bytes of which a part that is missing, doubled or misplaced is seen.
public func patternedBytes(_ count: Int) -> [UInt8] {
    // A prime number of them: no power of two is a period.
    var bytes = [UInt8](0..<251)
    while bytes.count < count { bytes += bytes }
    return Array(bytes.prefix(count))
}
