import CLinux
import Diagnostics
import Glibc

extension StreamSocket {
    /// Takes what the kernel has, up to one receive buffer; more is reported again next turn.
    func readInput() {
        let buffer = unsafe loop.receiveBuffer
        let count = uninterrupted { unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0) }
        if count < 0 {
            if errno != EAGAIN { finish(CloseReason(code: errno)) }
            return
        }
        receivedBytes += count
        if phase == .closing { return count > 0 ? discard(count) : reachEnd() }
        if let tls {
            if count > 0 {
                unsafe tls.feed(UnsafeRawBufferPointer(start: buffer.baseAddress, count: count))
            }
            readDecrypted(from: tls, atEnd: count == 0)
        } else if count > 0 {
            deliver(count)
        } else {
            reachEnd()
        }
    }

    /// Hands the delegate the first bytes of the receive buffer.
    private func deliver(_ count: Int) {
        let bytes = unsafe UnsafeRawBufferPointer(
            start: loop.receiveBuffer.baseAddress, count: count)
        let span = unsafe Span<UInt8>(_unsafeBytes: bytes)
        delegate?.socket(self, received: span)
    }

    /// Decrypts what has been fed, and lets the handshake answer. The cipher text has been copied
    /// by then, so the receive buffer serves for the plain text.
    private func readDecrypted(from tls: TLSSession, atEnd: Bool) {
        do throws(TLSError) {
            while phase == .open, !isReadingPaused {
                switch try unsafe tls.read(into: loop.receiveBuffer) {
                case .bytes(let count): deliver(count)
                case .needsInput:
                    if tls.hasOutput || !plain.isEmpty { markDirty() }
                    if atEnd { reachEnd() }
                    return
                case .ended: return reachEnd()
                }
            }
        } catch {
            sendAlert(of: tls)
            finish(.tls(error))
        }
    }

    /// Decrypted bytes, or cipher text, wait in the session where no readiness event tells of them.
    func resumeBufferedInput() {
        loop.atEndOfTurn { [self] in
            if let tls, phase == .open, !isReadingPaused { readDecrypted(from: tls, atEnd: false) }
        }
    }

    /// Encrypts queued plain bytes as far as the output queue has room. False if TLS has failed.
    func encryptPending() -> Bool {
        guard let tls else { return true }
        do throws(TLSError) {
            while tls.isEstablished, canEncrypt, !plain.isEmpty {
                let buffer = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: loop.receiveBuffer[..<Limits.recordBytes])
                let count = unsafe plain.copyFront(to: buffer)
                plain.consume(
                    try unsafe tls.write(UnsafeRawBufferPointer(rebasing: buffer[..<count])))
                output.append { tls.takeOutput(into: &$0) }
            }
        } catch {
            finish(.tls(error))
            return false
        }
        if phase == .closing, plain.isEmpty { tls.sayGoodbye() }
        if tls.hasOutput { output.append { tls.takeOutput(into: &$0) } }
        return true
    }

    var canEncrypt: Bool { tls?.isEstablished == true && output.byteCount < Limits.encryptedBytes }

    /// A failed handshake leaves an alert for the peer; it is sent if the kernel takes it at once.
    private func sendAlert(of tls: TLSSession) {
        guard tls.hasOutput else { return }
        output.append { tls.takeOutput(into: &$0) }
        _ = output.write(to: descriptor)
    }
}
