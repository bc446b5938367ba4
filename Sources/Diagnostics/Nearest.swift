/// The candidate most like `name`, for "did you mean": the fewest insertions, deletions,
/// replacements and swaps of neighbours, at most a third of the longer name; or else the only one
/// that has it for a word, as `owner_id` has `owner`. Nil when nothing is that close.
public func nearest(_ name: String, in candidates: some Sequence<String>) -> String? {
    let candidates = Array(candidates)
    if let close = closest(name, in: candidates) { return close }
    let wanted = name.lowercased()
    let holding = candidates.filter { candidate in
        candidate.lowercased().split { $0 == "_" || $0 == "." }.contains { $0 == wanted }
    }
    return holding.count == 1 ? holding[0] : nil
}

private func closest(_ name: String, in candidates: [String]) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
        let other = Array(candidate.lowercased().unicodeScalars)
        let limit = max(1, max(wanted.count, other.count) / 3)
        guard abs(wanted.count - other.count) <= limit else { continue }
        let distance = editDistance(wanted, other)
        if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.candidate
}

/// Optimal string alignment distance.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 0..<left.count {
        var current = [row + 1]
        for column in 0..<right.count {
            let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
            var cost = min(last[column + 1] + 1, current[column] + 1, replaced)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                cost = min(cost, beforeLast[column - 1] + 1)
            }
            current.append(cost)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
