/// The requests of a scenario, drawn by their shares.
struct RequestMix: Sendable {
    /// Each template as often as its share says.
    private let templates: [RequestTemplate]
    let reconnects: Bool

    init(_ scenario: Scenario, _ server: Server, rows: Int) {
        reconnects = scenario.reconnects
        templates = scenario.operations.flatMap { operation, weight in
            let template = RequestTemplate(operation, server, rows: rows)
            return [RequestTemplate](repeating: template, count: weight)
        }
    }

    func append(to output: inout [UInt8], _ random: inout Xorshift) {
        let pick = templates.count > 1 ? Int.random(in: 0..<templates.count, using: &random) : 0
        templates[pick].append(to: &output, &random)
    }
}

/// A small generator that costs the driver nothing (xorshift64*).
struct Xorshift: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
