/// A regular expression as instructions for many readers who advance together, character by
/// character.
struct PatternProgram: Sendable {
    private enum Instruction: Sendable {
        case one(ScalarClass)
        case assertion(PatternNode.Assertion)
        case jump(Int)
        case split(Int, Int)
        case match
    }

    private var instructions: [Instruction] = []

    /// - Throws: when counted repetitions make it longer than the limit.
    init(_ node: PatternNode) throws(PatternFault) {
        try append(node)
        instructions.append(.match)
    }

    private mutating func append(_ node: PatternNode) throws(PatternFault) {
        guard instructions.count < SchemaLimits.patternInstructionsMax else {
            throw PatternFault(description: "its repetitions are too many")
        }
        switch node {
        case .empty: break
        case .one(let set): instructions.append(.one(set))
        case .assertion(let assertion): instructions.append(.assertion(assertion))
        case .sequence(let parts): for part in parts { try append(part) }
        case .choice(let parts): try append(choice: parts)
        case .repetition(let part, let min, let max): try append(part, min: min, max: max)
        }
    }

    private mutating func append(choice parts: [PatternNode]) throws(PatternFault) {
        var ends: [Int] = []
        for part in parts.dropLast() {
            let split = instructions.count
            instructions.append(.match)
            try append(part)
            ends.append(instructions.count)
            instructions.append(.match)
            instructions[split] = .split(split + 1, instructions.count)
        }
        if let last = parts.last { try append(last) }
        for end in ends { instructions[end] = .jump(instructions.count) }
    }

    private mutating func append(
        _ part: PatternNode, min: Int, max: Int?
    ) throws(PatternFault) {
        for _ in 0..<min {
            let start = instructions.count
            try append(part)
            if instructions.count == start { break }
        }
        guard let max else {
            let split = instructions.count
            instructions.append(.match)
            try append(part)
            instructions.append(.jump(split))
            instructions[split] = .split(split + 1, instructions.count)
            return
        }
        var splits: [Int] = []
        for _ in min..<max {
            splits.append(instructions.count)
            instructions.append(.match)
            try append(part)
        }
        for split in splits { instructions[split] = .split(split + 1, instructions.count) }
    }

    /// Whether the expression matches anywhere in the text.
    func occurs(in text: [Unicode.Scalar]) -> Bool {
        var readers: [Int] = []
        var next: [Int] = []
        // The position at which an instruction was last reached, so that nobody goes there twice.
        var reached = [Int](repeating: -1, count: instructions.count)
        for position in 0...text.count {
            let before = position > 0 ? text[position - 1] : nil
            let after = position < text.count ? text[position] : nil
            readers.append(0)
            next.removeAll(keepingCapacity: true)
            while let place = readers.popLast() {
                if reached[place] == position { continue }
                reached[place] = position
                switch instructions[place] {
                case .match: return true
                case .jump(let target): readers.append(target)
                case .split(let one, let other):
                    readers.append(other)
                    readers.append(one)
                case .assertion(let assertion):
                    if assertion.holds(before: before, after: after) { readers.append(place + 1) }
                case .one(let set):
                    if let after, set.contains(after) { next.append(place + 1) }
                }
            }
            swap(&readers, &next)
        }
        return false
    }
}
