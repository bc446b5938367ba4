import Bytes
import PostgresWire

/// An error as a server says it.
///
/// - Parameter fields: further ones, by their letters.
func serverError(
    _ code: String, severity: String = "ERROR", fields: [(String, String)] = []
) -> ServerError {
    var session = PostgresSession(SessionConfiguration(user: "a", transport: .unixSocket))
    var body: [UInt8] = []
    for (field, text) in [("V", severity), ("C", code), ("M", "message of \(code)")] + fields {
        body += Array(field.utf8) + Array(text.utf8) + [0]
    }
    body.append(0)
    let length = UInt32(body.count + 4)
    let bytes =
        [UInt8(ascii: "E")] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
        + body
    session.receive(bytes.span)
    while let event = session.next() {
        if case .ended(.server(let error)) = event { return error }
    }
    preconditionFailure("a session at its start ends with an error")
}
