import Diagnostics
import Testing

@Suite struct TextTableTests {
    @Test func `columns are as wide as their widest text`() {
        #expect(textTable([["a", "bc", "d"], ["abc", "", "d"]]) == ["a    bc  d", "abc      d"])
        #expect(textTable([]).isEmpty)
    }

    @Test func `only one is one`() {
        #expect([0, 1, 2].map { counted($0, "fault") } == ["0 faults", "1 fault", "2 faults"])
    }
}
