import Bytes

// What the fields of a head mean for the connection: Host, the length of the body, keep-alive,
// Expect and Upgrade. Where RFC 9112 §6.3 leaves a choice between guessing and refusing, refuse.

/// The fields that steer the connection, found in one pass.
private struct SteeringFields {
    var host: Int?
    var hostCount = 0
    var contentLength: Int?
    var contentLengthCount = 0
    var transferEncoding: Int?
    var expect: Int?
    var hasConnection = false
    var hasUpgrade = false

    init(_ head: RequestHead) {
        let span = head.bytes.span
        for index in head.fields.indices {
            let name = span.extracting(head.fields[index].name)
            switch name.count {
            case 4 where name.equalsIgnoringCase("host"):
                host = index
                hostCount += 1
            case 6 where name.equalsIgnoringCase("expect"): expect = index
            case 7 where name.equalsIgnoringCase("upgrade"): hasUpgrade = true
            case 10 where name.equalsIgnoringCase("connection"): hasConnection = true
            case 14 where name.equalsIgnoringCase("content-length"):
                contentLength = index
                contentLengthCount += 1
            case 17 where name.equalsIgnoringCase("transfer-encoding"):
                transferEncoding = transferEncoding ?? index
            default: break
            }
        }
    }
}

extension RequestHead {
    mutating func judge() throws(HTTPFault) {
        let steering = SteeringFields(self)
        try checkHost(steering.host, count: steering.hostCount)
        framing = try framing(steering)
        keepsAlive = minorVersion == 1
        if steering.hasConnection { readConnection(hasUpgrade: steering.hasUpgrade) }
        if let expect = steering.expect { try readExpect(expect) }
    }

    /// RFC 9112 §3.2: exactly one valid Host in HTTP/1.1, never two.
    private func checkHost(_ host: Int?, count: Int) throws(HTTPFault) {
        if count > 1 { throw .malformed("The head has more than one Host field.") }
        guard let host else {
            if minorVersion == 0 { return }
            throw .malformed("The head has no Host field.")
        }
        guard isHost(bytes.span.extracting(fields[host].value)) else {
            throw .malformed("The Host field holds no host name.")
        }
    }

    /// RFC 9112 §6.3, rules 3 to 6, for requests.
    private func framing(_ steering: SteeringFields) throws(HTTPFault) -> BodyFraming {
        if let coding = steering.transferEncoding {
            guard steering.contentLength == nil else {
                throw .malformed("Content-Length and Transfer-Encoding exclude each other.")
            }
            guard minorVersion == 1 else {
                throw .malformed("HTTP/1.0 knows no Transfer-Encoding.")  // §6.1
            }
            try checkCodings(from: coding)
            return .chunked
        }
        guard let field = steering.contentLength else { return .none }
        guard steering.contentLengthCount == 1 else {
            throw .malformed("The head has more than one Content-Length.")
        }
        let length = try contentLength(bytes.span.extracting(fields[field].value))
        return length == 0 ? .none : .fixed(length)
    }

    /// Content-Length = 1*DIGIT (RFC 9110 §8.6); a list, even of equal numbers, is refused.
    private func contentLength(_ value: Span<UInt8>) throws(HTTPFault) -> Int {
        if value.isEmpty { throw .malformed("Content-Length is empty.") }
        guard let length = decimal(value) else {
            throw .malformed("Content-Length is not a number.")
        }
        return length
    }

    /// Chunked must be the last coding and stand once; others are not understood (§6.1).
    private func checkCodings(from first: Int) throws(HTTPFault) {
        var chunked = 0
        var others = 0
        var lastIsChunked = false
        var next: Int? = first
        while let line = next {
            bytes.span.extracting(fields[line].value).forEachListElement { coding, _ in
                lastIsChunked = coding.equalsIgnoringCase("chunked")
                if lastIsChunked { chunked += 1 } else { others += 1 }
            }
            next = index(of: "transfer-encoding", from: line + 1)
        }
        guard lastIsChunked, chunked == 1 else {
            throw .malformed("Transfer-Encoding does not end with a single chunked.")
        }
        if others > 0 {
            throw HTTPFault(
                status: 501, message: "Of the transfer codings only chunked is understood.")
        }
    }

    /// RFC 9112 §9.3 and RFC 9110 §7.8.
    private mutating func readConnection(hasUpgrade: Bool) {
        if fieldContains("connection", token: "close") {
            keepsAlive = false
        } else if minorVersion == 0 {
            keepsAlive = fieldContains("connection", token: "keep-alive")
        }
        asksForWebSocket =
            hasUpgrade && fieldContains("connection", token: "upgrade")
            && fieldContains("upgrade", token: "websocket")
    }

    /// RFC 9110 §10.1.1: the only expectation is 100-continue; HTTP/1.0 has none.
    private mutating func readExpect(_ field: Int) throws(HTTPFault) {
        if minorVersion == 0 { return }
        guard bytes.span.extracting(fields[field].value).equalsIgnoringCase("100-continue") else {
            throw HTTPFault(status: 417, message: "The only expectation met is 100-continue.")
        }
        expectsContinue = framing != .none
    }
}
