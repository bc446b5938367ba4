public import Addresses
import Bytes

/// One parsed request with its body, unless that is streamed.
public struct Request: Sendable {
    /// The request line and field lines.
    public var head: RequestHead
    /// The decoded body, of at most its route's `BodyPolicy.bytesMax` bytes; empty while the
    /// request is being admitted, and if the route takes it as an `IncomingBody`.
    public var body: [UInt8]
    /// A number for logs: unique within the process.
    public var id: UInt64 = 0
    /// Where it comes from.
    public var peer = Peer.unknown

    /// A request of parts that a parser made.
    public init(head: RequestHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }

    /// A request made by hand, for tests. The field lines are not checked.
    public init(
        _ method: Method, _ target: String, fields: [(String, String)] = [], body: [UInt8] = []
    ) {
        var head = RequestHead(bytes: Array(method.name.utf8), method: method)
        head.bytes.append(ASCII.space)
        let start = head.bytes.count
        head.bytes.append(contentsOf: target.utf8)
        head.target = start..<head.bytes.count
        let written = head.bytes
        head.locatePathAndQuery(written.span, in: head.target)
        head.bytes.append(ascii: " HTTP/1.1\r\n")
        for (name, value) in fields { head.append(name: name, value: value) }
        head.bytes.append(ascii: "\r\n")
        if !body.isEmpty { head.framing = .fixed(body.count) }
        self.init(head: head, body: body)
    }

    /// The method.
    public var method: Method {
        get { head.method }
        set { head.method = newValue }
    }

    /// The path, not percent-decoded. Makes a String: `rawPath` does not.
    public var path: String { String(decoding: rawPath, as: UTF8.self) }

    /// The path, not percent-decoded.
    public var rawPath: ArraySlice<UInt8> { head.rawPath }

    /// What follows the first `?` of the target, undecoded; empty if there is none.
    public var rawQuery: ArraySlice<UInt8> { head.rawQuery }

    /// The first value of a field, trimmed; the name is compared without regard to case.
    public func field(_ name: StaticString) -> String? { head.field(name) }

    /// All values of a field, in order.
    public func fields(_ name: StaticString) -> [String] { head.fields(name) }

    /// The first value of a field as bytes; no String is made.
    public func fieldBytes(_ name: StaticString) -> ArraySlice<UInt8>? { head.fieldBytes(name) }
}

extension RequestHead {
    /// Appends a field line to a head that is made by hand.
    fileprivate mutating func append(name: String, value: String) {
        let nameStart = UInt32(bytes.count)
        bytes.append(contentsOf: name.utf8)
        let nameEnd = UInt32(bytes.count)
        bytes.append(ascii: ": ")
        let valueStart = UInt32(bytes.count)
        bytes.append(contentsOf: value.utf8)
        let valueEnd = UInt32(bytes.count)
        bytes.append(ascii: "\r\n")
        fields.append(
            FieldRange(
                nameStart: nameStart, nameEnd: nameEnd, valueStart: valueStart, valueEnd: valueEnd))
    }
}
