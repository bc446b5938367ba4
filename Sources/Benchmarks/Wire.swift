import CLinux
import COpenSSL
import Glibc

/// A connection to a server of this machine, plain or under TLS. A test server's certificate is not
/// verified.
@safe
final class Wire {
    let descriptor: Int32
    /// OpenSSL's side of the connection, nil where it is plain.
    private let session: OpaquePointer?

    /// Connects and shakes hands, waiting for both.
    ///
    /// - Parameter earlier: a connection whose TLS session is resumed.
    init(to server: Server, resuming earlier: Wire? = nil) throws(BenchmarkError) {
        descriptor = try connectToLoopback(port: server.port)
        guard server.isSecure else {
            unsafe session = nil
            return
        }
        unsafe session = SSL_new(Wire.context)
        unsafe SSL_set_fd(session, descriptor)
        if let earlier, let state = unsafe SSL_get1_session(earlier.session) {
            unsafe SSL_set_session(session, state)
            unsafe SSL_SESSION_free(state)
        }
        if unsafe SSL_connect(session) != 1 {
            throw BenchmarkError("TLS with port \(server.port): the handshake failed")
        }
    }

    deinit {
        if let session = unsafe session {
            unsafe SSL_shutdown(session)
            unsafe SSL_free(session)
        }
        close(descriptor)
    }

    /// Whether the handshake took up an earlier session.
    var isResumed: Bool { unsafe session.map { unsafe SSL_session_reused($0) == 1 } ?? false }

    /// From now on `receive` returns at once: epoll says when to call it.
    func stopWaiting() {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    /// Sends all of it; what is sent here fits the socket's buffer.
    func send(_ bytes: [UInt8]) throws(BenchmarkError) {
        let sent =
            if let session = unsafe session {
                unsafe Int(SSL_write(session, bytes, Int32(bytes.count)))
            } else {
                unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            }
        if sent != bytes.count { throw .last("send") }
    }

    /// Reads what has come, 0 bytes if nothing has.
    func receive(
        into buffer: UnsafeMutablePointer<UInt8>, count: Int
    ) throws(BenchmarkError) -> Int {
        guard let session = unsafe session else {
            let got = unsafe recv(descriptor, buffer, count, 0)
            if got == 0 { throw BenchmarkError("the server closed a connection") }
            if got < 0, errno != EAGAIN { throw .last("recv") }
            return max(0, got)
        }
        var total = 0
        // A record of TLS is read whole, whatever of it epoll has announced.
        repeat {
            let got = unsafe SSL_read(session, buffer + total, Int32(count - total))
            if got <= 0 {
                if unsafe SSL_get_error(session, got) == SSL_ERROR_WANT_READ { return total }
                throw BenchmarkError("the server closed a connection")
            }
            total += Int(got)
        } while unsafe total < count && SSL_pending(session) > 0
        return total
    }

    /// Shared by all connections, whichever thread makes them (openssl-threads(7)).
    @safe private nonisolated(unsafe) static let context = unsafe SSL_CTX_new(TLS_client_method())
}
