import Testing

@testable import Network

/// How long a client says that its first message is.
@Suite struct ClientHelloLengthTests {
    /// What a client sends: records by their type and payload.
    struct Flight: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let records: [(type: UInt8, payload: [UInt8])]
        /// Whether TLS 1.2 has been agreed upon.
        var isOlder = false
        var isExceeded = false

        var bytes: [UInt8] {
            records.flatMap { type, payload in
                [type, 3, 1, UInt8(payload.count >> 8), UInt8(payload.count & 255)] + payload
            }
        }
    }

    /// A handshake message of a type, as long as it says, or cut off.
    private static func message(
        _ type: UInt8, _ length: Int, of sent: Int? = nil
    ) -> [UInt8] {
        [type, UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255)]
            + [UInt8](repeating: 1, count: sent ?? length)
    }

    private static let hello = message(1, 500)
    private static let large = message(1, 16 * 1024, of: 12_000)
    private static let tooLarge = message(1, 16 * 1024 + 1, of: 0)
    private static let change: (UInt8, [UInt8]) = (20, [1])

    static let flights = [
        Flight(testDescription: "a usual one", records: [(22, hello)]),
        Flight(testDescription: "the longest", records: [(22, large)]),
        Flight(
            testDescription: "one byte more", records: [(22, tooLarge)], isExceeded: true),
        Flight(
            testDescription: "its header in two records",
            records: [(22, [1, 1]), (22, [0, 0] + [UInt8](repeating: 0, count: 9))],
            isExceeded: true),
        Flight(
            testDescription: "a second one, after a change of the cipher that means nothing",
            records: [(22, hello), change, (22, tooLarge)], isExceeded: true),
        Flight(
            testDescription: "a second one in the same record",
            records: [(22, hello + tooLarge)], isExceeded: true),
        Flight(
            testDescription: "a usual second one",
            records: [(22, hello), change, (23, tooLarge), (22, hello)]),
        Flight(
            testDescription: "another message as long",
            records: [(22, hello), (22, message(11, 100_000, of: 0))]),
        Flight(
            testDescription: "what looks like one, encrypted",
            records: [(22, hello), change, (22, tooLarge)], isOlder: true),
        Flight(testDescription: "no record", records: [(71, tooLarge)]),
        Flight(
            testDescription: "an empty record first", records: [(22, []), (22, tooLarge)],
            isExceeded: true),
    ]

    @Test(arguments: flights, [1, 7, Int.max])
    func `a longer one is known by its header, however it comes`(flight: Flight, step: Int) {
        var length = ClientHelloLength(max: 16 * 1024)
        let bytes = flight.bytes
        var start = 0
        while start < bytes.count {
            let end = start + min(step, bytes.count - start)
            unsafe bytes[start..<end].withUnsafeBytes { part in
                unsafe length.read(part, isOlder: flight.isOlder)
            }
            start = end
        }
        #expect(length.isExceeded == flight.isExceeded)
    }
}
