/// What is asked for.
enum Scenario: String, CaseIterable {
    case get
    case list
    case filter
    case insert

    var expectedStatus: Set<Int> { self == .insert ? [200, 201] : [200] }
}

/// A small generator that costs the driver nothing (xorshift64*).
struct Xorshift: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

/// A request with holes for numbers, so that making one is a few copies.
struct RequestTemplate: Sendable {
    private enum Piece: Sendable {
        case bytes([UInt8])
        case number(ClosedRange<Int>, width: Int)
    }

    private var pieces: [Piece] = []

    /// The request of a scenario in a server's own words.
    init(_ scenario: Scenario, _ server: Server, rows: Int) {
        let identifiers = 1...max(1, rows)
        let thresholds = 0...max(0, rows - 21)
        switch (server.dialect, scenario) {
        case (.apus, .get): get("/rest/v1/items?id=eq.", identifiers, "", server)
        case (.apus, .list): get("/rest/v1/items?select=*&limit=20", nil, "", server)
        case (.apus, .filter):
            get("/rest/v1/items?n=gte.", thresholds, "&order=n.asc&limit=20", server)
        case (.apus, .insert): insert("/rest/v1/items", server)
        case (.pocketbase, .get):
            get(
                "/api/collections/items/records/\(Rows.textPrefix)", identifiers, "", server,
                width: Rows.textDigits)
        case (.pocketbase, .list):
            get("/api/collections/items/records?perPage=20&skipTotal=1", nil, "", server)
        case (.pocketbase, .filter):
            get(
                "/api/collections/items/records?perPage=20&skipTotal=1&sort=n&filter=n%3E%3D",
                thresholds,
                "", server)
        case (.pocketbase, .insert): insert("/api/collections/items/records", server)
        }
    }

    func append(to output: inout [UInt8], _ random: inout Xorshift) {
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): output.append(contentsOf: bytes)
            case .number(let range, let width):
                appendDecimal(Int.random(in: range, using: &random), width: width, to: &output)
            }
        }
    }

    private mutating func get(
        _ before: String, _ hole: ClosedRange<Int>?, _ after: String, _ server: Server,
        width: Int = 0
    ) {
        text("GET \(before)")
        if let hole { pieces.append(.number(hole, width: width)) }
        text("\(after) HTTP/1.1\r\n\(RequestTemplate.fields(server))\r\n")
    }

    /// Numbers of six digits, so that the length of the body is known.
    private mutating func insert(_ path: String, _ server: Server) {
        let range = 100_000...999_999
        let start = "{\"title\":\"Load "
        let middle = "\",\"body\":\"\(Rows.body)\",\"n\":"
        let count = start.utf8.count + 6 + middle.utf8.count + 6 + 1
        text(
            "POST \(path) HTTP/1.1\r\n\(RequestTemplate.fields(server))"
                + "Content-Type: application/json\r\n"
                + "Prefer: return=minimal\r\nContent-Length: \(count)\r\n\r\n\(start)")
        pieces.append(.number(range, width: 6))
        text(middle)
        pieces.append(.number(range, width: 6))
        text("}")
    }

    private mutating func text(_ text: String) { pieces.append(.bytes(Array(text.utf8))) }

    /// The header fields a client of the server sends with every request.
    static func fields(_ server: Server) -> String {
        let common = "Host: 127.0.0.1:\(server.port)\r\nAccept: application/json\r\n"
        return server.key.isEmpty
            ? common : common + "apikey: \(server.key)\r\nAuthorization: Bearer \(server.key)\r\n"
    }
}

/// Appends a number in decimal, with leading zeros up to a width.
func appendDecimal(_ value: Int, width: Int, to output: inout [UInt8]) {
    let start = output.count
    var rest = value
    repeat {
        output.append(UInt8(ascii: "0") + UInt8(rest % 10))
        rest /= 10
    } while rest > 0
    while output.count - start < width { output.append(UInt8(ascii: "0")) }
    output[start...].reverse()
}
