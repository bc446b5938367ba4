import Bytes

/// The outcome of bytes that come in one piece, after it was the same for single bytes and for two
/// pieces, cut somewhere. The places where pieces end are given to `outcome`.
func inAnyPieces<Outcome: Equatable>(
    _ bytes: [UInt8], _ outcome: ([Int]) -> Outcome
) -> Outcome {
    let count = bytes.count
    let whole = outcome([count])
    let cut = Int(FNV1a.hash(bytes) % UInt64(count + 1))
    let halves = outcome([cut, count])
    require(halves == whole, "in one piece \(whole), cut at \(cut) \(halves)")
    let single = outcome(bytes.indices.map { $0 + 1 })
    require(single == whole, "in one piece \(whole), in single bytes \(single)")
    return whole
}

/// The pieces that end at these places.
func pieces(of bytes: [UInt8], to ends: [Int]) -> [ArraySlice<UInt8>] {
    zip([0] + ends, ends).map { bytes[$0..<$1] }
}
