import Bytes
import Foundation

/// Our reader takes what Foundation's takes, and what it has read keeps its meaning in every form
/// that is written.
@Sendable func fuzzJSON(_ bytes: [UInt8]) {
    let document: JSONDocument
    do throws(JSONError) {
        document = try JSONDocument(parsing: bytes)
    } catch {
        // Foundation guesses other encodings than UTF-8, nests deeper, and takes a comma behind the
        // last element.
        let isOurs =
            error.message.contains("deep") || error.message.contains("no comma")
            || bytes.contains(0) || bytes.hasMark
        require(isOurs || !isTakenByFoundation(bytes), "Foundation takes it: \(error)")
        return
    }
    // Foundation has no numbers out of a double's range.
    if !document.root.holdsHugeNumber {
        require(isTakenByFoundation(bytes), "Foundation does not take it")
    }
    checkForms(of: document.root, bytes)
}

private func checkForms(of root: JSONValue, _ bytes: [UInt8]) {
    let key = root.equalityKey
    var compact: [UInt8] = []
    compact.append(jsonWithoutBlanks: bytes.span)
    require(read(compact)?.equalityKey == key, "without blanks: \(text(compact))")
    var stripped: [UInt8] = []
    stripped.append(strippingNulls: bytes.span)
    require(read(stripped)?.holdsNullMember == false, "without nulls: \(text(stripped))")
    guard let canonical = try? root.canonical else { return }
    require(read(canonical)?.equalityKey == key, "canonical: \(text(canonical))")
    require((try? read(canonical)?.canonical) == canonical, "canonical twice: \(text(canonical))")
    require(
        Array(String(jsonKey: text(canonical)).utf8) == key,
        "the key of \(text(canonical)) is not \(text(key))")
}

private func read(_ bytes: [UInt8]) -> JSONValue? { try? JSONDocument(parsing: bytes).root }
private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

private func isTakenByFoundation(_ bytes: [UInt8]) -> Bool {
    (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
}

extension [UInt8] {
    /// Whether it begins with a byte order mark.
    fileprivate var hasMark: Bool {
        [[0xEF, 0xBB, 0xBF], [0xFE, 0xFF], [0xFF, 0xFE]].contains { starts(with: $0) }
    }
}

extension JSONValue {
    fileprivate var holdsHugeNumber: Bool {
        double?.isFinite == false || elements.contains(where: \.holdsHugeNumber)
            || members.contains { $0.value.holdsHugeNumber }
    }

    fileprivate var holdsNullMember: Bool {
        elements.contains(where: \.holdsNullMember)
            || members.contains { $0.value.isNull || $0.value.holdsNullMember }
    }
}
