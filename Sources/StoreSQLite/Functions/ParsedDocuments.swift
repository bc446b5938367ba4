import Bytes
import Glibc
import Values

/// The JSON documents that the functions of one query have parsed last, found by their bytes.
///
/// Confined to its connection.
final class ParsedDocuments {
    /// What is made of a text.
    enum Outcome {
        case value(JSONValue)
        /// It is no JSON.
        case invalid
        /// There is no time to parse it.
        case stopped
    }

    private struct Entry {
        let source: [UInt8]
        /// Nil for what is no JSON.
        let root: JSONValue?
    }

    /// The one that was used last is the last.
    private var entries: [Entry] = []
    private var byteCount = 0

    /// How many there are.
    var count: Int { entries.count }

    /// The value of a text.
    ///
    /// - Parameter charge: Told of the nanoseconds that it will take; answers whether to go on.
    func root(of text: Span<UInt8>, charge: (Int) -> Bool) -> Outcome {
        guard charge(FunctionCost.copy.nanoseconds(for: text)) else { return .stopped }
        var place = entries.count - 1
        while place >= 0, !Self.isSame(entries[place].source, text) { place -= 1 }
        if place >= 0 {
            let entry = entries[place]
            if place != entries.count - 1 { entries.append(entries.remove(at: place)) }
            return entry.root.map { .value($0) } ?? .invalid
        }
        guard charge(FunctionCost.json.nanoseconds(for: text)) else { return .stopped }
        let source = unsafe text.withUnsafeBufferPointer { unsafe Array($0) }
        let document = try? JSONDocument(parsing: source, depthMax: ValueLimits.jsonDepthMax)
        keep(Entry(source: source, root: document?.root))
        return document.map { .value($0.root) } ?? .invalid
    }

    private func keep(_ entry: Entry) {
        byteCount += entry.source.count
        while let oldest = entries.first,
            entries.count >= DatabaseLimits.parsedDocumentsMax
                || byteCount > DatabaseLimits.parsedBytesMax
        {
            byteCount -= oldest.source.count
            entries.removeFirst()
        }
        entries.append(entry)
    }

    private static func isSame(_ source: [UInt8], _ text: Span<UInt8>) -> Bool {
        let count = text.count
        guard source.count == count else { return false }
        return unsafe text.withUnsafeBytes { text in
            unsafe source.withUnsafeBytes { source in
                guard let text = text.baseAddress, let source = source.baseAddress
                else { return true }
                return unsafe memcmp(text, source, count) == 0
            }
        }
    }
}
