/// What the server sent that no server of protocol 3 sends. The stream cannot be read on.
public enum WireFault: Error, Hashable, Sendable {
    /// A type byte that the protocol does not have.
    case unknownMessage(type: UInt8)
    /// A length that does not even count its own four bytes.
    case impossibleLength(Int, type: UInt8)
    /// A message longer than ``WireLimits`` allows, and no row; so many bytes were announced.
    case messageTooLong(byteCount: Int, type: UInt8)
    /// The body of a message does not have the form of its type.
    case malformed(type: UInt8)
    /// A message that may not come at this point.
    case unexpectedMessage(type: UInt8)
    /// A COPY began that was not asked for as one: a Sync that is already on its way would be
    /// swallowed, so the session cannot go on.
    case unexpectedCopy
    /// More settings than ``WireLimits/settingsMax``.
    case tooManySettings
    /// The answer to a request for TLS is neither `S` nor `N`.
    case unknownTLSAnswer(UInt8)
    /// Bytes behind the answer to a request for TLS: somebody in between wants them to be taken
    /// for the server's once the tunnel stands (CVE-2021-23222).
    case bytesBeforeTLS
}
