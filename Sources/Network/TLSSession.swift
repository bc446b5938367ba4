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

    /// What the library has against the server's certificate, from the moment it has found out.
    private var fault: CertificateFault?
    /// Whom we mean to talk to; nil on the server's side.
    private let peerName: String?
    /// What a client announces, until its handshake is done.
    private var hello: ClientHelloLength?

    private init(_ context: TLSHandle, peerName: String?) throws(NetworkError) {
        guard let session = unsafe SSL_new(context.pointer) else {
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
        self.peerName = peerName
        unsafe SSL_set_bio(session, incoming, outgoing)
    }

    /// The server's side of a new connection.
    ///
    /// - Throws: `system` when memory has run out.
    convenience init(accepting context: TLSContext) throws(NetworkError) {
        try self.init(context.handle, peerName: nil)
        hello = ClientHelloLength(max: NetworkLimits.clientHelloBytesMax)
        unsafe SSL_set_accept_state(handle)
    }

    /// The client's side of a connection to a server of that name. Its first words are output.
    ///
    /// - Throws: when memory has run out, or the name can be in no certificate.
    static func connecting(
        _ context: TLSClientContext, to name: String
    ) throws(TLSError) -> TLSSession {
        let session: TLSSession
        do throws(NetworkError) {
            session = try TLSSession(context.handle, peerName: name)
        } catch {
            throw .library(reason: error.description)
        }
        guard unsafe context.prepare(session.handle, for: name) else {
            ERR_clear_error()
            throw .certificate(.other(reason: "no certificate can have that name"), of: name)
        }
        let owner = unsafe Unmanaged.passUnretained(session).toOpaque()
        unsafe SSL_set_ex_data(session.handle, 0, owner)
        unsafe SSL_set_connect_state(session.handle)
        _ = try session.shakeHands()
        return session
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

    /// Takes cipher text from the network. A ClientHello that is too long is taken for nothing:
    /// the handshake fails.
    func feed(_ bytes: UnsafeRawBufferPointer) {
        if hello != nil {
            let isOlder = unsafe SSL_version(handle) < TLS1_3_VERSION
            unsafe hello?.read(bytes, isOlder: isOlder)
            if hello?.isExceeded == true { return }
            if hello?.isOver == true || isEstablished { hello = nil }
        }
        let count = unsafe BIO_write(incoming, bytes.baseAddress, Int32(bytes.count))
        precondition(count == Int32(bytes.count), "a memory BIO takes everything")
    }

    /// Goes on with the handshake, without reading what comes after it; whether it is done.
    func shakeHands() throws(TLSError) -> Bool {
        try requireUse()
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(handle)
        if result == 1 { return true }
        guard unsafe SSL_get_error(handle, result) == SSL_ERROR_WANT_READ else { throw failure() }
        return false
    }

    /// Decrypts what has been fed, as much as fits; drives the handshake on the way.
    func read(into target: UnsafeMutableRawBufferPointer) throws(TLSError) -> ReadOutcome {
        try requireUse()
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
        try requireUse()
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
        unsafe copenssl_bio_shrink(outgoing, NetworkLimits.keptCipherBytes)
    }

    /// Gives back the memory that cipher text had which has been read. The library would keep as
    /// much as has ever come at once.
    func shrinkInput() { unsafe copenssl_bio_shrink(incoming, NetworkLimits.keptCipherBytes) }

    /// Bytes of memory for cipher text on its way in and out.
    var cipherCapacity: Int {
        unsafe copenssl_bio_capacity(incoming) + copenssl_bio_capacity(outgoing)
    }

    /// Queues `close_notify`, once, if the handshake got that far.
    func sayGoodbye() {
        guard !hasSaidGoodbye, !hasFailed, isEstablished else { return }
        hasSaidGoodbye = true
        ERR_clear_error()
        unsafe SSL_shutdown(handle)
        ERR_clear_error()
    }

    /// Called by the library for each thing it finds about the server's chain. What it refuses is
    /// kept, for the error's sake; the verdict stays the library's.
    fileprivate func note(_ code: Int32, of certificate: OpaquePointer?) {
        if fault == nil { fault = unsafe CertificateFault(code: code, of: certificate) }
    }

    /// What was agreed upon with the peer; nil before the handshake is done.
    var state: TLSConnectionState? { isEstablished ? unsafe TLSConnectionState(of: handle) : nil }

    private func requireUse() throws(TLSError) {
        guard !hasFailed else { throw .library(reason: "used after it has failed") }
        guard hello?.isExceeded != true else {
            hasFailed = true
            throw .handshake(
                reason: "a ClientHello of more than \(NetworkLimits.clientHelloBytesMax) bytes")
        }
    }

    /// OpenSSL forbids further calls after a fatal error (SSL_get_error(3)).
    private func failure() -> TLSError {
        let wasEstablished = isEstablished
        hasFailed = true
        let reason = TLSError.drainReason()
        if !wasEstablished, let fault { return .certificate(fault, of: peerName ?? "") }
        return wasEstablished ? .library(reason: reason) : .handshake(reason: reason)
    }
}

@available(*, unavailable)
extension TLSSession: Sendable {}

/// What `SSL_CTX_set_verify` of a client is given: tells the session what is wrong with a
/// certificate.
func noteCertificate(_ isAccepted: Int32, _ chain: OpaquePointer?) -> Int32 {
    guard isAccepted == 0 else { return isAccepted }
    let index = SSL_get_ex_data_X509_STORE_CTX_idx()
    if let session = unsafe X509_STORE_CTX_get_ex_data(chain, index),
        let owner = unsafe SSL_get_ex_data(OpaquePointer(session), 0)
    {
        unsafe Unmanaged<TLSSession>.fromOpaque(owner).takeUnretainedValue().note(
            X509_STORE_CTX_get_error(chain), of: X509_STORE_CTX_get_current_cert(chain))
    }
    return isAccepted
}
