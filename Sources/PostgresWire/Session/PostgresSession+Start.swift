// The start of a session, and what may come at any time.

extension PostgresSession {
    /// Settings that statements of ours never change: another hand has, on a connection that is
    /// shared without our knowing.
    private static let untouched: Set<String> = ["search_path", "TimeZone", "DateStyle"]

    /// What must be so for the values on the wire to mean what this room takes them for.
    private static let required: [(name: String, value: String)] = [
        ("server_encoding", "UTF8"), ("client_encoding", "UTF8"), ("integer_datetimes", "on"),
    ]

    /// Reads one message.
    mutating func take(_ frame: BackendFrame) throws(SessionFault) -> SessionEvent? {
        if let event = try takeAnnouncement(frame) { return event }
        switch phase {
        case .starting, .settling: return try takeStart(frame)
        case .ready:
            do throws(WireFault) { return try takeAnswer(frame) } catch { throw .wire(error) }
        case .ending, .over: return nil
        }
    }

    /// Notices, settings and notifications come between any two messages.
    private mutating func takeAnnouncement(
        _ frame: BackendFrame
    ) throws(SessionFault) -> SessionEvent? {
        do throws(WireFault) {
            if frame.type == .notice {
                return .notice(try ServerError(parsing: bytes(frame.body), of: .notice))
            }
            if frame.type == .notification {
                return .notification(try Notification(parsing: bytes(frame.body)))
            }
            guard frame.type == .parameterStatus else { return nil }
            let setting = try ServerSetting(parsing: bytes(frame.body))
            try keep(setting)
            return .setting(setting)
        } catch {
            throw .wire(error)
        }
    }

    private mutating func keep(_ setting: ServerSetting) throws(WireFault) {
        guard let place = settings.firstIndex(where: { $0.name == setting.name }) else {
            guard settings.count < configuration.limits.settingsMax else { throw .tooManySettings }
            settings.append(setting)
            return
        }
        let isChanged = settings[place].value != setting.value
        if phase == .ready, isChanged, Self.untouched.contains(setting.name) { isForeign = true }
        settings[place] = setting
    }

    /// Reads a message before the session is ready.
    private mutating func takeStart(_ frame: BackendFrame) throws(SessionFault) -> SessionEvent? {
        switch (phase, frame.type) {
        case (.starting, .authentication): return try authenticate(frame)
        case (_, .error):
            let error = try parse(frame) { (body) throws(WireFault) in
                try ServerError(parsing: body, of: .error)
            }
            end(.server(error))
            return nil
        case (_, .negotiateProtocolVersion):
            // We ask for the oldest version and no options: there is nothing to give up.
            try parse(frame) { (body) throws(WireFault) in try checkNegotiation(body) }
            return nil
        case (.settling, .backendKeyData):
            cancelKey = try parse(frame) { (body) throws(WireFault) in
                try CancelKey(parsing: body)
            }
            return nil
        case (.settling, .readyForQuery):
            transactionStatus = try parse(frame) { (body) throws(WireFault) in
                try TransactionStatus(parsing: body)
            }
            try checkServer()
            phase = .ready
            return .ready
        case (_, let type): throw .wire(.unexpectedMessage(type: type.rawValue))
        }
    }

    private func parse<Value>(
        _ frame: BackendFrame, _ body: (Span<UInt8>) throws(WireFault) -> Value
    ) throws(SessionFault) -> Value {
        do throws(WireFault) {
            return try body(bytes(frame.body))
        } catch {
            throw .wire(error)
        }
    }

    /// The newest version that the server knows, and what it does not know of what we ask for.
    private func checkNegotiation(_ body: Span<UInt8>) throws(WireFault) {
        var reader = BodyReader(body, of: .negotiateProtocolVersion)
        _ = try reader.integer(Int32.self)
        for _ in 0..<(try reader.integer(UInt32.self)) { _ = try reader.string() }
        try reader.end()
    }

    private mutating func authenticate(_ frame: BackendFrame) throws(SessionFault) -> SessionEvent?
    {
        let body = bytes(frame.body).copied
        let step = try authentication.take(body.span, answer: &outbox.bytes)
        switch step {
        case .wait: return nil
        case .derive(let derivation): return .deriveKeys(derivation)
        case .done:
            phase = .settling
            return nil
        }
    }

    /// Goes on with keys that `deriveKeys` asked for; without effect when none are awaited.
    public mutating func provide(_ keys: SCRAMKeys) {
        guard phase == .starting else { return }
        _ = authentication.finish(keys: keys, answer: &outbox.bytes)
    }

    private func checkServer() throws(SessionFault) {
        for (name, value) in Self.required {
            guard let found = setting(name), found != value else { continue }
            throw .unsupportedServer(ServerSetting(name: name, value: found))
        }
    }

    // MARK: Cancelling

    /// The packet that cancels what the session runs, for a connection of its own over the same
    /// transport; nil when there is nothing to cancel or the server cannot. It hits whatever runs
    /// when it arrives: the session is not reusable before ``cancelEnded()`` and the end of all
    /// units in flight.
    public mutating func requestCancel() -> [UInt8]? {
        guard phase == .ready, !units.isEmpty, let cancelKey else { return nil }
        awaitsCancelEnd = true
        var packet: [UInt8] = []
        packet.appendCancelRequest(cancelKey)
        return packet
    }

    /// The connection that carried the cancellation has ended: the server has passed it on.
    public mutating func cancelEnded() { awaitsCancelEnd = false }
}
