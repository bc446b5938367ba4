import Bytes

// What a client sends, appended to one growing buffer. Lengths count themselves and are written
// over once the body stands. (PostgreSQL manual, "Message Formats")

extension [UInt8] {
    /// Appends a message: its type, its length and what `body` appends.
    mutating func append(message type: Unicode.Scalar, _ body: (inout [UInt8]) -> Void) {
        append(UInt8(truncatingIfNeeded: type.value))
        appendUntyped(body)
    }

    /// The same without a type, as at the start of a connection.
    mutating func appendUntyped(_ body: (inout [UInt8]) -> Void) {
        let start = count
        append(bigEndian: 0 as Int32)
        body(&self)
        closeMessage(lengthAt: start)
    }

    /// Writes the length of the message whose length field stands at `index`.
    mutating func closeMessage(lengthAt index: Int) {
        precondition(count - index <= sentMessageBytesMax, "the server takes messages below 1 GiB")
        overwrite(at: index, bigEndian: Int32(count - index))
    }

    /// Appends a string and the NUL that ends it. One with a NUL of its own would end early.
    mutating func append(terminated text: String) {
        precondition(!text.hasNUL, "a protocol string holds no NUL")
        append(utf8: text)
        append(0)
    }

    // MARK: Starting

    /// StartupMessage of protocol 3.0. Nothing between us and the server needs 3.2, and some
    /// poolers do not know it.
    mutating func appendStartup(_ settings: [(name: String, value: String)]) {
        appendUntyped { body in
            body.append(bigEndian: 196_608 as Int32)
            for setting in settings {
                body.append(terminated: setting.name)
                body.append(terminated: setting.value)
            }
            body.append(0)
        }
    }

    /// SSLRequest.
    mutating func appendTLSRequest() {
        appendUntyped { $0.append(bigEndian: 80_877_103 as Int32) }
    }

    /// CancelRequest, on a connection of its own.
    mutating func appendCancelRequest(_ key: CancelKey) {
        appendUntyped { body in
            body.append(bigEndian: 80_877_102 as Int32)
            body.append(bigEndian: key.processID)
            body.append(contentsOf: key.secret)
        }
    }

    /// PasswordMessage: the password or its MD5 form.
    mutating func append(password: [UInt8]) {
        append(message: "p") {
            $0.append(contentsOf: password)
            $0.append(0)
        }
    }

    /// SASLInitialResponse.
    mutating func appendSASLInitial(mechanism: String, _ response: [UInt8]) {
        append(message: "p") {
            $0.append(terminated: mechanism)
            $0.append(bigEndian: Int32(response.count))
            $0.append(contentsOf: response)
        }
    }

    /// SASLResponse.
    mutating func append(saslResponse response: [UInt8]) {
        append(message: "p") { $0.append(contentsOf: response) }
    }

    // MARK: Statements

    /// Parse.
    mutating func appendParse(name: [UInt8], sql: String, types: [TypeOID]) {
        append(message: "P") { body in
            body.append(contentsOf: name)
            body.append(0)
            body.append(terminated: sql)
            body.append(bigEndian: UInt16(types.count))
            for type in types { body.append(bigEndian: type.rawValue) }
        }
    }

    /// Describe.
    mutating func appendDescribe(_ kind: NamedObject, _ name: [UInt8]) {
        appendNaming("D", kind, name)
    }

    /// Close.
    mutating func appendClose(_ kind: NamedObject, _ name: [UInt8]) {
        appendNaming("C", kind, name)
    }

    private mutating func appendNaming(
        _ type: Unicode.Scalar, _ kind: NamedObject, _ name: [UInt8]
    ) {
        append(message: type) { body in
            body.append(kind.rawValue)
            body.append(contentsOf: name)
            body.append(0)
        }
    }

    /// Execute; all rows for a maximum of 0.
    mutating func appendExecute(portal: [UInt8], rowsMax: Int32) {
        append(message: "E") { body in
            body.append(contentsOf: portal)
            body.append(0)
            body.append(bigEndian: rowsMax)
        }
    }

    /// Flush.
    mutating func appendFlush() { append(ascii: "H\u{0}\u{0}\u{0}\u{4}") }

    /// Sync.
    mutating func appendSync() { append(ascii: "S\u{0}\u{0}\u{0}\u{4}") }

    /// Terminate.
    mutating func appendTerminate() { append(ascii: "X\u{0}\u{0}\u{0}\u{4}") }

    /// Query: one or several statements.
    mutating func appendQuery(_ sql: String) {
        append(message: "Q") { $0.append(terminated: sql) }
    }

    // MARK: COPY

    /// CopyData.
    mutating func append(copyData bytes: Span<UInt8>) {
        append(message: "d") { $0.append(span: bytes) }
    }

    /// CopyDone.
    mutating func appendCopyDone() { append(ascii: "c\u{0}\u{0}\u{0}\u{4}") }

    /// CopyFail.
    mutating func append(copyFail reason: String) {
        append(message: "f") { $0.append(terminated: reason) }
    }
}
