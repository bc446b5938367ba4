import Bytes
import Diagnostics
import HTTP

/// The JSON object of a request, with the tolerances clients rely on (auth.md §1.1): an empty body
/// is `{}`, `null` is absent, unknown keys are ignored.
struct RequestBody {
    private let root: JSONValue?

    init(_ request: Request) throws(Problem) {
        guard !request.body.allSatisfy({ $0 == ASCII.space || (9...13).contains($0) }) else {
            root = nil
            return
        }
        guard JSONDocument.valueCountMax(of: request.body) <= AuthLimits.bodyValuesMax else {
            throw .badJSON("it has more than \(AuthLimits.bodyValuesMax) values")
        }
        guard StreamSafeText.holds(json: request.body.span) else {
            throw .badJSON("it has more than \(StreamSafeText.marksMax) marks in a row")
        }
        do {
            let document = try JSONDocument(
                parsing: request.body, depthMax: AuthLimits.bodyDepthMax)
            root = document.root
        } catch {
            throw .badJSON("\(error.message) at byte \(error.offset)")
        }
        guard root?.kind == .object else { throw .badJSON("the body must be an object") }
    }

    /// A string member; nil when absent, null or empty.
    func text(_ name: String) throws(Problem) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else { throw .badJSON("\(name) must be a string") }
        return text.isEmpty ? nil : text
    }

    /// An object member; nil when absent or null.
    func object(_ name: String) throws(Problem) -> JSONValue? {
        guard let value = value(name) else { return nil }
        guard value.kind == .object else { throw .badJSON("\(name) must be an object") }
        return value
    }

    /// The object `data`, which becomes a user's own metadata.
    ///
    /// - Throws: That it is too long, before anything is made of it. With escapes it may be sent in
    ///   twice the bytes that are stored.
    func metadata() throws(Problem) -> JSONValue? {
        guard let data = try object("data") else { return nil }
        try Metadata.check(length: data.raw.count / 2)
        return data
    }

    /// Whether the member is there and not null.
    func has(_ name: String) -> Bool { value(name) != nil }

    private func value(_ name: String) -> JSONValue? {
        guard let value = root?[name], !value.isNull else { return nil }
        return value
    }
}
