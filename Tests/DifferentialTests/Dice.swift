import TestSupport

/// Random choices that a seed repeats.
struct Dice {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    mutating func chance(_ percent: Int) -> Bool { number(0...99) < percent }

    /// One of several; there is at least one.
    mutating func pick<T>(_ choices: [T]) -> T { choices[number(0...choices.count - 1)] }

    /// One of several, if there are any.
    mutating func pickIfAny<T>(_ choices: [T]) -> T? { choices.isEmpty ? nil : pick(choices) }

    /// Some of several, in the order that they have.
    mutating func some<T>(_ choices: [T], percent: Int = 50) -> [T] {
        choices.filter { _ in chance(percent) }
    }

    mutating func shuffled<T>(_ elements: [T]) -> [T] { elements.shuffled(using: &generator) }

    /// A seed for somebody else's choices.
    mutating func seed() -> UInt64 { generator.next() }
}
