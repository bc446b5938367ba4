import Diagnostics
import Store
import Testing

@testable import Realtime

@Suite struct ChangeRingTests {
    private func change(_ sequence: Int64, bytes: Int = 10) -> Change {
        let image = RowImage(values: [], json: [UInt8](repeating: 0x20, count: bytes))
        return Change(
            sequence: sequence, transaction: sequence, committedAt: Instant(seconds: 0), table: "t",
            operation: .insert, key: [], new: image, old: nil)
    }

    @Test func `every position within the ring finds its next change`() {
        var ring = ChangeRing(changesMax: 100, bytesMax: .max)
        for sequence in 1...1_000 { ring.append(change(Int64(sequence) * 2)) }
        #expect(ring.count == 100)
        #expect(ring.evictedThrough == 1_800)
        #expect(ring.next(after: 1_800)?.change.sequence == 1_802)
        #expect(ring.next(after: 1_801)?.change.sequence == 1_802)
        #expect(ring.next(after: 1_998)?.change.sequence == 2_000)
        #expect(ring.next(after: 2_000) == nil)
    }

    @Test func `bytes bound it too, but the newest change stays`() {
        var ring = ChangeRing(changesMax: 100, bytesMax: 10_000)
        ring.append(change(1, bytes: 1_000))
        ring.append(change(2, bytes: 1_000))
        #expect(ring.count == 2)
        ring.append(change(3, bytes: 1_000_000))
        #expect(ring.count == 1)
        #expect(ring.evictedThrough == 2)
        ring.append(change(4))
        #expect(ring.next(after: 0)?.change.sequence == 4)
    }

    @Test func `audiences that missed a change are found by their number`() {
        var ring = ChangeRing(changesMax: 4, bytesMax: .max)
        let numbers = (1...50).map { UInt64($0 * 3) }
        ring.append(
            change(1),
            missedBy: numbers.reversed().map {
                .init(audience: $0, showsOld: $0.isMultiple(of: 2), listeners: [])
            })
        let entry = ring.next(after: 0)
        for number in 0...160 as ClosedRange<UInt64> {
            let missed = entry?.missed(by: number)
            #expect((missed != nil) == numbers.contains(number))
            #expect(missed?.showsOld ?? number.isMultiple(of: 2) == number.isMultiple(of: 2))
        }
    }

    @Test func `what waits for many audiences is bounded by bytes as well`() {
        var ring = ChangeRing(changesMax: 100, bytesMax: 100_000)
        let missed = (0..<1_000).map {
            ChangeRing.Missed(audience: $0, showsOld: false, listeners: [])
        }
        for sequence in 1...20 { ring.append(change(Int64(sequence)), missedBy: missed) }
        #expect(ring.count == 4)
        #expect(ring.evictedThrough == 16)
    }

    @Test func `a cleared ring has passed all positions by`() {
        var ring = ChangeRing(changesMax: 4, bytesMax: .max)
        ring.append(change(1))
        ring.clear(through: 7)
        #expect(ring.count == 0)
        #expect(ring.evictedThrough == 7)
        #expect(ring.next(after: 0) == nil)
        ring.append(change(8))
        #expect(ring.next(after: 7)?.change.sequence == 8)
    }
}
