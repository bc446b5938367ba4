import Bytes
import Store

/// One item of `postgres_changes` as the client sent it. Nothing is normalised: clients compare the
/// echo with what they asked for.
struct BindingRequest: Hashable {
    /// Which changes are wanted.
    enum Event: Hashable {
        case all
        case only(Change.Operation)

        /// `*`, or an operation in any case; nil for other words.
        init?(_ text: String) {
            if text == BindingRequest.everything {
                self = .all
            } else if let operation = Change.Operation(rawValue: text.uppercased()) {
                self = .only(operation)
            } else {
                return nil
            }
        }
    }

    /// Stands for all events, all schemas and all models.
    static let everything = "*"

    /// Which columns are wanted.
    enum Selection: Hashable {
        case all
        case columns([String])
        /// Something else than a list of names.
        case malformed
    }

    /// All if absent; nil if it is none of them.
    let event: Event?
    /// As sent; `*` if absent.
    let eventText: String
    /// Nil if absent.
    let schema: String?
    /// Nil if absent.
    let table: String?
    /// As sent; nil if absent or blank.
    let filter: String?
    let selection: Selection
    /// Values that its filter lists, about.
    let listedCount: Int
    /// The number the client will find in `ids`. Equal items have equal numbers on every
    /// connection, so whole frames can be shared. Between 1 and 2²⁷−1.
    let id: Int
    /// The item of the reply: the client's own text and the id.
    let echo: [UInt8]

    /// Reads the objects of one join, in order. Items that differ have different ids.
    static func list(_ items: [JSONValue]) -> [BindingRequest] {
        var taken: [Int: [UInt8]] = [:]
        return items.map { item in
            let parameters = Parameters(item)
            let bytes = parameters.bytes
            var id = Int(truncatingIfNeeded: parameters.digest & 0x7FF_FFFF)
            // Two different items of one join hash alike once in a hundred million.
            while id == 0 || (taken[id] ?? bytes) != bytes { id = (id + 1) & 0x7FF_FFFF }
            taken[id] = bytes
            return BindingRequest(item, parameters: parameters, id: id)
        }
    }

    /// What judging bindings counts for, in messages beside the one that asks for it.
    static func messageCount(of bindings: [BindingRequest]) -> Int {
        bindings.count / RealtimeLimits.bindingsPerMessage
            + bindings.reduce(0) { $0 + $1.listedCount } / RealtimeLimits.valuesPerMessage
    }

    /// By its number, which is a digest of the rest: the lists of a join are some ten thousand
    /// bytes.
    func hash(into hasher: inout Hasher) { hasher.combine(id) }

    private init(_ item: JSONValue, parameters: Parameters, id: Int) {
        eventText = parameters.event ?? Self.everything
        event = Event(eventText)
        schema = parameters.schema
        table = parameters.table
        let isBlank = parameters.filter?.utf8.allSatisfy { $0 == ASCII.space } ?? true
        filter = isBlank ? nil : parameters.filter
        listedCount = filter?.utf8.count { $0 == ASCII.comma } ?? 0
        selection = Self.selection(item["select"])
        self.id = id
        echo = Self.echo(item, id: id)
    }

    private static func selection(_ value: JSONValue?) -> Selection {
        guard let value, !value.isNull else { return .all }
        guard value.kind == .array else { return .malformed }
        var names: [String] = []
        for element in value.elements {
            guard let name = element.string else { return .malformed }
            names.append(name)
        }
        return .columns(names)
    }

    private static func echo(_ item: JSONValue, id: Int) -> [UInt8] {
        var text: [UInt8] = [ASCII.leftBrace]
        for (key, value) in item.members where !key.hasText("id") {
            text.append(contentsOf: key.raw)
            text.append(ASCII.colon)
            text.append(contentsOf: value.raw)
            text.append(ASCII.comma)
        }
        text.append(ascii: "\"id\":")
        text.append(decimal: id)
        text.append(ASCII.rightBrace)
        return text
    }
}

/// What makes two items equal.
private struct Parameters {
    let event: String?
    let schema: String?
    let table: String?
    let filter: String?
    let select: [UInt8]?

    init(_ item: JSONValue) {
        event = item["event"].flatMap {
            $0.isNull ? nil : $0.string ?? String(utf8: $0.equalityKey)
        }
        schema = item["schema"]?.string
        table = item["table"]?.string
        filter = item["filter"]?.string
        select = item["select"].flatMap { $0.isNull ? nil : $0.equalityKey }
    }

    /// Each field with a mark in front: 0 absent, 1 present. A field ends with the mark 2.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for field in [event, schema, table, filter] {
            bytes.append(field == nil ? 0 : 1)
            bytes.append(utf8: field ?? "")
            bytes.append(2)
        }
        bytes.append(select == nil ? 0 : 1)
        bytes.append(contentsOf: select ?? [])
        return bytes
    }

    /// FNV-1a, folded so that the low 27 bits depend on all 64.
    var digest: UInt64 {
        let hash = FNV1a.hash(bytes)
        return hash ^ (hash >> 27) ^ (hash >> 54)
    }
}
