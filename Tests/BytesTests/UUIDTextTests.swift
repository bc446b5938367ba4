import Bytes
import Testing

@Suite struct UUIDTextTests {
    @Test func `version and variant are in their places`() {
        for _ in 0..<100 {
            let random = Array(UUIDText.v4())
            #expect(random.count == 36 && random[14] == "4" && "89ab".contains(random[19]))
            let ordered = Array(UUIDText.v7(microseconds: 1_700_000_000_000_000))
            #expect(ordered.count == 36 && ordered[14] == "7" && "89ab".contains(ordered[19]))
        }
    }

    @Test func `version 7 sorts by time down to the microsecond`() {
        let ids = (0..<5000).map { UUIDText.v7(microseconds: 1_700_000_000_000_000 + $0) }
        #expect(ids == ids.sorted())
        #expect(UUIDText.v7(microseconds: 1_645_557_742_000_000).hasPrefix("017f22e2-79b0-7"))
    }
}
