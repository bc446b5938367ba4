import COpenSSL
import Glibc

/// TLS of one connection: bytes in, bytes out, no sockets. Confined to its loop's thread.
///
///     network ──feed──> [memory BIO] ──read──> plain text
///     network <─takeOutput─ [memory BIO] <──write── plain text
///
/// The session owns both BIOs (SSL_set_bio(3)), so that it alone is freed.
@safe
final class TLSSession {
    enum ReadOutcome: Equatable {
        case bytes(Int)
        /// Nothing more before `feed`; the handshake may have left output.
        case needsInput
        /// The peer said `close_notify`.
        case ended
    }

    private let handle: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    private var hasSaidGoodbye = false
    private var hasFailed = false
    /// Plain text that waits to be encrypted.
    private var plain = OutputQueue()

    /// The server's side of a new connection.
    ///
    /// - Throws: `system` when memory has run out.
    init(accepting context: TLSContext) throws(NetworkError) {
        guard let session = unsafe SSL_new(context.handle) else {
            ERR_clear_error()
            throw .system(call: "SSL_new", code: ENOMEM)
        }
        guard let incoming = unsafe BIO_new(BIO_s_mem()), let outgoing = unsafe BIO_new(BIO_s_mem())
        else {
            unsafe SSL_free(session)
            throw .system(call: "BIO_new", code: ENOMEM)
        }
        unsafe handle = session
        unsafe self.incoming = incoming
        unsafe self.outgoing = outgoing
        unsafe SSL_set_bio(session, incoming, outgoing)
        unsafe SSL_set_accept_state(session)
    }

    deinit { unsafe SSL_free(handle) }

    /// Whether the handshake is done.
    var isEstablished: Bool { unsafe SSL_is_init_finished(handle) == 1 }

    /// Whether fed bytes have not been read yet.
    var hasBufferedInput: Bool {
        unsafe SSL_pending(handle) > 0 || BIO_ctrl_pending(incoming) > 0
    }

    /// Whether cipher text waits for the network.
    var hasOutput: Bool { unsafe BIO_ctrl_pending(outgoing) > 0 }

    /// Takes cipher text from the network.
    func feed(_ bytes: UnsafeRawBufferPointer) {
        let count = unsafe BIO_write(incoming, bytes.baseAddress, Int32(bytes.count))
        precondition(count == Int32(bytes.count), "a memory BIO takes everything")
    }

    /// Decrypts what has been fed, as much as fits; drives the handshake on the way.
    func read(into target: UnsafeMutableRawBufferPointer) throws(TLSError) -> ReadOutcome {
        guard !hasFailed else { throw .library(reason: "used after it has failed") }
        var filled = 0
        while filled < target.count {
            ERR_clear_error()
            let room = min(target.count - filled, Int(Int32.max))
            let count = unsafe SSL_read(
                handle, target.baseAddress.map { unsafe $0 + filled }, Int32(room))
            if count > 0 {
                filled += Int(count)
                continue
            }
            if filled > 0 { break }  // what comes next is told by the next call
            switch unsafe SSL_get_error(handle, count) {
            case SSL_ERROR_WANT_READ: return .needsInput
            case SSL_ERROR_ZERO_RETURN: return .ended
            default: throw failure()
            }
        }
        return .bytes(filled)
    }

    /// Encrypts plain text and returns how much of it. Only once established.
    func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError) -> Int {
        guard !hasFailed else { throw .library(reason: "used after it has failed") }
        ERR_clear_error()
        let count = unsafe SSL_write(handle, bytes.baseAddress, Int32(bytes.count))
        if count <= 0 { throw failure() }
        return Int(count)
    }

    /// Bytes of plain text that wait to be encrypted.
    var queuedBytes: Int { plain.byteCount }

    /// Lets `append` add to the plain text that waits.
    func queue(_ append: (inout OutputQueue) -> Void) { append(&plain) }

    /// Forgets the plain text that waits.
    func dropQueue() { plain.removeAll() }

    /// Whether plain text waits that can be encrypted: the handshake is done and there is room.
    func canEncrypt(into output: OutputQueue) -> Bool {
        !plain.isEmpty && output.byteCount < NetworkLimits.encryptedBytes && isEstablished
    }

    /// Encrypts queued plain text, a record at a time, as far as the output has room.
    ///
    /// - Parameter scratch: room for a record; what it holds is lost.
    /// - Throws: `tls`; `incomplete` where a file in the queue cannot be read.
    func encrypt(
        into output: inout OutputQueue, by scratch: UnsafeMutableRawBufferPointer
    ) throws(CloseReason) {
        let record = unsafe UnsafeMutableRawBufferPointer(
            rebasing: scratch[..<NetworkLimits.recordBytes])
        while canEncrypt(into: output) {
            guard let count = unsafe plain.copyFront(to: record) else { throw .incomplete }
            do throws(TLSError) {
                let text = unsafe UnsafeRawBufferPointer(rebasing: record[..<count])
                plain.consume(try unsafe write(text))
            } catch {
                throw .tls(error)
            }
            moveOutput(to: &output)
        }
    }

    /// Moves the cipher text that waits for the network to a queue.
    func moveOutput(to output: inout OutputQueue) {
        if hasOutput { output.append { takeOutput(into: &$0) } }
    }

    /// Appends the cipher text that waits for the network.
    func takeOutput(into output: inout [UInt8]) {
        var start: UnsafePointer<CChar>?
        let count = unsafe copenssl_bio_memory(outgoing, &start)
        guard count > 0, let start = unsafe start else { return }
        unsafe output.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
        unsafe BIO_ctrl(outgoing, BIO_CTRL_RESET, 0, nil)
    }

    /// Queues `close_notify`, once, if the handshake got that far.
    func sayGoodbye() {
        guard !hasSaidGoodbye, !hasFailed, isEstablished else { return }
        hasSaidGoodbye = true
        ERR_clear_error()
        unsafe SSL_shutdown(handle)
        ERR_clear_error()
    }

    /// OpenSSL forbids further calls after a fatal error (SSL_get_error(3)).
    private func failure() -> TLSError {
        let wasEstablished = isEstablished
        hasFailed = true
        let reason = TLSError.drainReason()
        return wasEstablished ? .library(reason: reason) : .handshake(reason: reason)
    }
}

@available(*, unavailable)
extension TLSSession: Sendable {}
