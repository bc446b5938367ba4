import TestSupport

/// Random choices that a seed repeats.
struct Dice {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    mutating func chance(_ percent: Int) -> Bool { number(0...99) < percent }

    /// One of several, if there are any.
    mutating func pick<T>(_ choices: [T]) -> T? {
        choices.isEmpty ? nil : choices[number(0...choices.count - 1)]
    }

    /// The place of one of several, if there are any.
    mutating func place<T>(in choices: [T]) -> Int? {
        choices.isEmpty ? nil : number(0...choices.count - 1)
    }

    /// A seed for somebody else's choices.
    mutating func seed() -> UInt64 { generator.next() }
}
