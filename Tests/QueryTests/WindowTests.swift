import Testing

@testable import Query

@Suite struct WindowTests {
    @Test func `ranges are read and intersected`() throws {
        #expect(try Window(rangeHeader: "0-9") == Window(offset: 0, limit: 10))
        #expect(try Window(rangeHeader: "5-") == Window(offset: 5))
        #expect(try Window(rangeHeader: "x-1") == nil)
        #expect(try Window(rangeHeader: "bytes=0-1") == nil)
        #expect(throws: QueryFault.reversedRange) { try Window(rangeHeader: "9-1") }
        let window = Window(offset: 2, limit: 10).intersected(with: Window(offset: 5, limit: 3))
        #expect(window == Window(offset: 5, limit: 3))
    }

    static let numbers: [(String, Int?)] = [
        ("7", 7), ("-3", -3), ("+3", 3), ("99999999999999999999", QueryLimits.windowMax),
        ("a", nil), ("", nil), ("-", nil), ("1.5", nil),
    ]

    @Test(arguments: numbers)
    func `a number is cut to what the store counts`(text: String, number: Int?) {
        #expect(Window.number(text) == number)
    }
}
