/// A request with holes for numbers, so that making one is a few copies.
struct RequestTemplate: Sendable {
    private enum Piece: Sendable {
        case bytes([UInt8])
        case number(ClosedRange<Int>, width: Int)
    }

    private var pieces: [Piece] = []

    /// The request of an operation in a server's own words.
    init(_ operation: Operation, _ server: Server, rows: Int) {
        switch server.dialect {
        case .apus: writeRest(operation, server, rows: rows)
        case .pocketbase: writePocketBase(operation, server, rows: rows)
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

    private mutating func writeRest(_ operation: Operation, _ server: Server, rows: Int) {
        let path = "/rest/v1/items"
        switch operation {
        case .get: get("\(path)?id=eq.", 1...max(1, rows), server)
        case .list20: get("\(path)?select=id,title,body,n&limit=20", server)
        case .list20Total:
            get("\(path)?select=id,title,body,n&limit=20", server, "Prefer: count=exact\r\n")
        case .filter:
            get(
                "\(path)?select=id,title,body,n&order=n.asc&limit=20&n=gte.",
                0...max(0, rows - 21), server)
        case .filterTotal:
            get(
                "\(path)?select=id,title,body,n&order=n.asc&limit=20&n=gte.",
                0...max(0, rows - 21), server, "Prefer: count=exact\r\n")
        case .scanTotal:
            get(
                "\(path)?select=id,title,body,n&order=id.asc&limit=20&title=gte.Item%201"
                    + "&title=lte.Item%20",
                1...max(1, rows), server, "Prefer: count=exact\r\n")
        case .ownTotal:
            get(
                "/rest/v1/notes?select=id,title,body,n&order=id.asc&limit=20", server,
                "Authorization: Bearer \(server.token)\r\nPrefer: count=exact\r\n")
        case .insert: insert(path, server, "Prefer: return=representation\r\n")
        case .insertMinimal: insert(path, server)
        case .insertThousand: insertThousand(path, server, rows: rows)
        case .update:
            text("PATCH \(path)?id=eq.")
            pieces.append(.number(1...max(1, rows), width: 0))
            update(server)
        }
    }

    private mutating func writePocketBase(_ operation: Operation, _ server: Server, rows: Int) {
        let path = "/api/collections/items/records"
        switch operation {
        case .get:
            get("\(path)/\(Rows.textPrefix)", 1...max(1, rows), server, width: Rows.textDigits)
        case .list20: get("\(path)?perPage=20&skipTotal=1", server)
        case .list20Total: get("\(path)?perPage=20", server)
        case .filter:
            get(
                "\(path)?perPage=20&skipTotal=1&sort=n&filter=n%3E%3D", 0...max(0, rows - 21),
                server)
        case .filterTotal:
            get("\(path)?perPage=20&sort=n&filter=n%3E%3D", 0...max(0, rows - 21), server)
        case .scanTotal, .ownTotal, .insertThousand:
            preconditionFailure("asked of Apus only: see Scenario")
        case .insert, .insertMinimal: insert(path, server)
        case .update:
            text("PATCH \(path)/\(Rows.textPrefix)")
            pieces.append(.number(1...max(1, rows), width: Rows.textDigits))
            update(server)
        }
    }

    private mutating func get(_ target: String, _ server: Server, _ fields: String = "") {
        text("GET \(target) HTTP/1.1\r\n\(RequestTemplate.fields(server))\(fields)\r\n")
    }

    /// A target that ends with a number.
    private mutating func get(
        _ target: String, _ hole: ClosedRange<Int>, _ server: Server, _ fields: String = "",
        width: Int = 0
    ) {
        text("GET \(target)")
        pieces.append(.number(hole, width: width))
        text(" HTTP/1.1\r\n\(RequestTemplate.fields(server))\(fields)\r\n")
    }

    /// Numbers of six digits, so that the length of the body is known.
    private mutating func insert(_ path: String, _ server: Server, _ fields: String = "") {
        let range = 100_000...999_999
        let start = "{\"title\":\"Load "
        let middle = "\",\"body\":\"\(Rows.body)\",\"n\":"
        let count = start.utf8.count + 6 + middle.utf8.count + 6 + 1
        text(
            "POST \(path) HTTP/1.1\r\n\(RequestTemplate.fields(server))"
                + "Content-Type: application/json\r\n\(fields)"
                + "Content-Length: \(count)\r\n\r\n\(start)")
        pieces.append(.number(range, width: 6))
        text(middle)
        pieces.append(.number(range, width: 6))
        text("}")
    }

    private mutating func insertThousand(_ path: String, _ server: Server, rows: Int) {
        let body = Rows.json(1..<1001, of: max(1, rows))
        text(
            "POST \(path) HTTP/1.1\r\n\(RequestTemplate.fields(server))"
                + "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n")
        pieces.append(.bytes(body))
    }

    /// What follows the target of a PATCH.
    private mutating func update(_ server: Server) {
        text(
            " HTTP/1.1\r\n\(RequestTemplate.fields(server))Content-Type: application/json\r\n"
                + "Content-Length: 12\r\n\r\n{\"n\":")
        pieces.append(.number(100_000...999_999, width: 6))
        text("}")
    }

    private mutating func text(_ text: String) { pieces.append(.bytes(Array(text.utf8))) }

    /// The header fields that every request to the server bears.
    static func fields(_ server: Server) -> String {
        let host = "Host: 127.0.0.1:\(server.port)\r\n"
        return server.key.isEmpty ? host : host + "apikey: \(server.key)\r\n"
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
