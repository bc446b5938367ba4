import Quotas
import Testing

@Suite struct StripesTests {
    @Test(arguments: [0, 1, 7]) func `a hash finds its part again`(count: Int) {
        let stripes = Stripes(count, [Int]())
        let hashes = [Int.min, -1, 0, 1, 12, Int.max]
        for hash in hashes { stripes.withLock(of: hash) { $0.append(hash) } }
        for hash in hashes {
            let isThere = stripes.withLock(of: hash) { $0.contains(hash) }
            #expect(isThere)
        }
        var parts: [[Int]] = []
        stripes.forEach { parts.append($0) }
        #expect(parts.count == max(1, count))
        #expect(parts.flatMap { $0 }.sorted() == hashes)
    }
}
