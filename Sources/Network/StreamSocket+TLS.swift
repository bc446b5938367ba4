extension StreamSocket {
    /// What the TLS handshake has agreed upon; nil before it is done, and without TLS.
    public var tlsState: TLSConnectionState? { tls?.state }

    /// Begins TLS as the client, on a connection that is new or has spoken plainly so far. What is
    /// queued by now leaves plainly, before it; what is queued from now on waits for the handshake.
    ///
    /// The delegate hears `socketSecured`, or `socketClosed` with how it failed. A server of
    /// TLS 1.3 judges the client's certificate after the handshake: the connection ends later then.
    ///
    /// - Parameters:
    ///   - name: whom the certificate must be for, and what the server is told (SNI) unless it is
    ///     an address.
    ///   - count: the plain bytes that have been expected and understood so far. If more have come,
    ///     the connection ends: somebody in between may have sent them to be taken for protected
    ///     ones (CVE-2021-23222).
    ///   - timeout: what the handshake may take.
    public func startTLS(
        _ context: TLSClientContext, name: String, afterReceiving count: Int = 0,
        within timeout: Duration
    ) {
        guard phase == .open else { return }
        precondition(tls == nil, "TLS has begun")
        guard receivedBytes == count else { return finish(.tls(.plainTextBeforeHandshake)) }
        do throws(TLSError) {
            tls = try TLSSession.connecting(context, to: name)
        } catch {
            return finish(.tls(error))
        }
        handshakeTimer = loop.schedule(after: timeout) { [weak self] in
            self?.finish(.tls(.timedOut))
        }
        markDirty()
    }

    /// Called before the first protected bytes are read.
    private func secured() {
        handshakeTimer?.cancel()
        handshakeTimer = nil
        markDirty()
        delegate?.socketSecured(self)
    }
}

// MARK: - Bytes through the session

extension StreamSocket {
    /// Encrypts what is queued, as far as there is room. False if the connection has ended.
    func encryptQueued() -> Bool {
        guard let tls else { return true }
        do throws(CloseReason) {
            try unsafe tls.encrypt(into: &output, by: loop.receiveBuffer)
        } catch {
            if error == .incomplete { reset(error) } else { finish(error) }
            return false
        }
        if phase == .closing, tls.queuedBytes == 0 { tls.sayGoodbye() }
        tls.moveOutput(to: &output)
        return true
    }

    /// Decrypts what has been fed, and lets the handshake answer. The cipher text has been copied
    /// by then, so the receive buffer serves for the plain text.
    func readDecrypted(from tls: TLSSession, atEnd: Bool) {
        do throws(TLSError) {
            if handshakeTimer != nil, try tls.shakeHands() { secured() }
            while phase == .open, !isReadingPaused {
                switch try unsafe tls.read(into: loop.receiveBuffer) {
                case .bytes(let count): deliver(count)
                case .needsInput:
                    tls.shrinkInput()
                    if tls.hasOutput || tls.queuedBytes > 0 { markDirty() }
                    if atEnd { reachEnd() }
                    return
                case .ended: return reachEnd()
                }
            }
        } catch {
            // A failed handshake leaves an alert for the peer; it is sent if the kernel takes it.
            if tls.hasOutput {
                tls.moveOutput(to: &output)
                _ = output.write(to: descriptor)
            }
            finish(.tls(error))
        }
    }

    /// Decrypted bytes, or cipher text, wait in the session where no readiness event tells of them.
    func resumeReading(from tls: TLSSession) {
        loop.atEndOfTurn { [self] in
            if phase == .open, !isReadingPaused { readDecrypted(from: tls, atEnd: false) }
        }
    }
}
