import Bytes

/// Who sends a request.
enum Caller: Hashable, Sendable {
    case anonymous, service
    /// One of those who have signed up, with the access token of their last sign-in.
    case user(Int)
    /// Without a key.
    case nobody
    /// With a token that nobody has signed.
    case forger
}

/// What a request does with live feeds.
enum FeedStep: Sendable {
    /// It joins one, with its body as the bindings.
    case join
    /// When it is answered, all feeds are heard up to the row of ``GeneratedModel/beacons`` that
    /// it inserts.
    case hear(beacon: Int)
}

/// A request as it goes to every server. `⟦id:3⟧` and the like stand for what the server has made:
/// each gets its own (see ``Translator``).
struct GeneratedRequest: Sendable {
    /// The content.
    enum Body: Sendable {
        case rows([[ModelWord]], isArray: Bool)
        case text(String)
    }

    var caller = Caller.anonymous
    var method = "GET"
    /// As it is sent, but for the query.
    var path: String
    /// Names and values, not percent-encoded.
    var query: [ModelWord] = []
    var fields: [(name: String, value: String)] = []
    var body: Body?
    /// Whether every array of the answer is in an order that all servers share.
    var isOrdered = false
    /// Whether its filters are the key of one row.
    var namesRow = false
    /// Whether the server may number the rows, in their first column.
    var isNumbered = false
    /// Whose session the answer begins.
    var signsIn: Int?
    /// The only server that it goes to, of two that may differ in hidden rows; nil for both.
    var side: Side?
    /// What is done with feeds.
    var feed: FeedStep?

    init(_ method: String, _ path: String) {
        self.method = method
        self.path = path
    }

    /// Whether it changes or deletes rows that it does not name by their key.
    var mayChangeSeveral: Bool { ["PATCH", "DELETE"].contains(method) && !namesRow }

    /// Whether its parameters are not the same for every server.
    var mentionsWhatIsMade: Bool { query.contains { ($0.name + $0.json).contains("⟦") } }

    /// What goes behind the method.
    func target(_ translate: (String) -> String) -> String {
        let pairs = query.map { name, value in
            "\(Self.encode(translate(name)))=\(Self.encode(translate(value)))"
        }
        return translate(path) + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    /// Percent-encodes all but what never needs it.
    private static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "-"), UInt8(ascii: "*"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(contentsOf: Hex.encode([byte]).uppercased().utf8)
            }
        }
        return String(utf8: bytes)
    }

    /// The content in JSON, if that is what it is.
    var bodyText: String? {
        switch body {
        case .text(let text): text
        case .rows(let rows, let isArray):
            isArray
                ? "[" + rows.map(Self.object).joined(separator: ",") + "]"
                : rows.first.map(Self.object) ?? "{}"
        case nil: nil
        }
    }

    private static func object(_ row: [ModelWord]) -> String {
        "{" + row.map { "\(quoted($0.name)):\($0.json)" }.joined(separator: ",") + "}"
    }
}

extension GeneratedRequest: CustomStringConvertible {
    /// One line, for a person.
    var description: String {
        var text = "\(side.map { "[\($0.rawValue) only] " } ?? "")\(caller): \(method) \(path)"
        for (index, pair) in query.enumerated() {
            text += "\(index == 0 ? "?" : "&")\(pair.name)=\(pair.json)"
        }
        for field in fields { text += "  \(field.name): \(field.value)" }
        if let bodyText { text += "  \(bodyText)" }
        return text
    }
}
