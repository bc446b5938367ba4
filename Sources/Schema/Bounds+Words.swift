import Bytes
import Values

extension Bounds {
    private static let numbers: Set<PropertyKind> = [.integer, .number, .decimal]
    private static let strings: Set<PropertyKind> = [.text, .bytes]

    /// The words of a model file.
    static let words: [Word] =
        [
            Word("minLength", .integer(min: 0), "The fewest characters.", for: strings),
            Word("maxLength", .integer(min: 0), "The most characters.", for: strings),
            Word(
                "pattern", .text, "A regular expression that must match somewhere.", for: [.text]),
        ] + NumberBound.allCases.map { Word($0.rawValue, .number, $0.description, for: numbers) }

    /// The bounds that an object's words set; what contradicts itself is reported.
    ///
    /// - Parameter number: The bound that a word of numbers gives; nil, reported, where it is none.
    init(
        _ words: [String: FileReader.Member], _ reader: FileReader,
        number: (FileReader.Member) -> Value?
    ) {
        length = reader.countRange(words, "minLength", "maxLength")
        pattern = words["pattern"].flatMap { reader.pattern($0.value) }
        for word in NumberBound.allCases {
            guard let member = words[word.rawValue], let value = number(member) else { continue }
            numbers.append((word, value))
        }
        if let low = self[.minimum], let high = self[.maximum], high.isLess(than: low) {
            reader.fault("\"minimum\" is larger than \"maximum\"", at: words, "minimum")
        }
        if let step = self[.multipleOf], !Value.integer(0).isLess(than: step) {
            reader.fault("\"multipleOf\" must be larger than 0", at: words, "multipleOf")
        }
    }

    private subscript(word: NumberBound) -> Value? { numbers.first { $0.word == word }?.value }
}

extension FileReader {
    /// The range that two words set; one that is empty is reported.
    func countRange(_ words: [String: Member], _ low: String, _ high: String) -> CountRange {
        let range = CountRange(
            min: words[low]?.value.int64.map { Int($0) },
            max: words[high]?.value.int64.map { Int($0) })
        if let min = range.min, let max = range.max, min > max {
            fault("\"\(low)\" is larger than \"\(high)\"", at: words, low)
        }
        return range
    }

    fileprivate func fault(_ message: String, at words: [String: Member], _ word: String) {
        if let member = words[word] { fault(message, at: member.value) }
    }
}
