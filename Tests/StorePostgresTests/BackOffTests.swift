import Testing

@testable import StorePostgres

@Suite struct BackOffTests {
    @Test func `pauses double up to five seconds, and begin anew after a success`() {
        var backOff = BackOff()
        let pauses = (0..<9).map { _ in backOff.next(.backOff, fraction: 0) }
        let milliseconds = [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]
        #expect(pauses == milliseconds.map { Duration.milliseconds($0) })
        backOff.reset()
        #expect(backOff.next(.backOff, fraction: 0) == .milliseconds(50))
    }

    @Test func `a pause is shortened by up to a half`() {
        var backOff = BackOff()
        let pause = backOff.next(.backOff, fraction: 0.999)
        #expect(pause >= .milliseconds(25) && pause < .milliseconds(26))
    }

    @Test func `what somebody must set right is never hurried`() {
        var backOff = BackOff()
        #expect(backOff.next(.wait, fraction: 0) == .seconds(5))
    }
}
