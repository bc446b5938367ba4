import Addresses
import Diagnostics
import Expressions
import HTTP
import Quotas

/// One socket: its channels and what its client asks for. Confined to its loop; knows no sockets,
/// it speaks to a sink.
final class RealtimeSession: WebSocketSession {
    let hub: RealtimeHub
    let serializer: Serializer
    /// Who the key of the connection speaks for.
    let identity: Identity
    /// Where the connection comes from.
    let block: AddressBlock
    /// What bounds those who speak over it.
    let quotas: SocketQuotas
    var channels: [String: Channel] = [:]
    /// Changes after this one wait in the backlog, which alone sets this; `Int64.max` while the
    /// socket keeps up.
    var fedThrough = Int64.max
    /// Whether it is among those of the hub's who go on later.
    var isPaused = false
    private(set) var lastHeard: ContinuousClock.Instant
    /// When the last channel went.
    var emptySince: ContinuousClock.Instant
    var joins: TokenBucket
    var messages: TokenBucket
    var heartbeats: TokenBucket
    /// Bytes that its channels take.
    private(set) var keptBytes = 0
    /// Bindings of the last message that are being judged, and what is done then.
    private var judging: (bindings: JudgedBindings, then: (JudgedBindings) -> Void)?
    private var sink: (any WebSocketSink)?
    private let queuedBytesMax: Int

    init(
        hub: RealtimeHub, serializer: Serializer, identity: Identity, from block: AddressBlock,
        quotas: SocketQuotas = SocketQuotas()
    ) {
        self.hub = hub
        self.block = block
        self.quotas = quotas
        self.serializer = serializer
        self.identity = identity
        let now = hub.uptime()
        lastHeard = now
        emptySince = now
        let settings = hub.settings
        joins = TokenBucket(settings.joinLimit, at: now)
        messages = TokenBucket(settings.messageLimit, at: now)
        heartbeats = messages
        queuedBytesMax = settings.queuedBytesMax
    }

    var handlesBackPressure: Bool { true }

    func opened(_ sink: any WebSocketSink) {
        self.sink = sink
        hub.enter(self)
    }

    func received(text: [UInt8]) {
        lastHeard = hub.uptime()
        guard countBytes(text.count) else { return }
        guard let message = ClientMessage(text: text, serializer: serializer) else {
            hub.counters.droppedMessages += 1
            return
        }
        handle(message)
    }

    func received(binary: [UInt8]) {
        lastHeard = hub.uptime()
        guard serializer == .arrays else {
            close(code: 1003, reason: "binary messages need vsn 2.0.0")
            return
        }
        guard countBytes(binary.count) else { return }
        guard let message = ClientMessage(binary: binary) else {
            hub.counters.droppedMessages += 1
            return
        }
        handle(message)
    }

    /// Counts a long message as several before it is read, which is the work; closes the socket of
    /// a client that sends too much: what the message is for is not known.
    private func countBytes(_ count: Int) -> Bool {
        let more = count / RealtimeLimits.bytesPerMessage
        if more == 0 || messages.take(more, at: lastHeard) { return true }
        hub.counters.droppedMessages += 1
        close(code: 1008, reason: "too many bytes of messages per second")
        return false
    }

    func received(pong: [UInt8]) { lastHeard = hub.uptime() }

    func drained() { hub.catchUp(self) }

    func draining() {
        for channel in channels.values { tell(.disconnecting, on: channel) }
        close(code: 1012, reason: "server restarts")
    }

    func closed(code: UInt16?) { forget() }

    /// Starts the closing handshake; nothing is sent or handled afterwards.
    func close(code: UInt16, reason: String) {
        let sink = sink
        forget()
        sink?.close(code: code, reason: reason)
    }

    /// Leaves the hub, which takes the channels off later. Harmless when repeated.
    private func forget() {
        guard sink != nil else { return }
        sink = nil
        judging = nil
        hub.leave(self)
    }
}

// Bindings are judged in steps, between which the loop does other things.
extension RealtimeSession {
    var isBusy: Bool { judging != nil }

    /// Judges bindings for an identity: the first at once, others in later steps.
    ///
    /// - Parameter then: What is done with them. Not called if the socket closes before.
    func judge(
        _ requests: [BindingRequest], for identity: Identity,
        then: @escaping (JudgedBindings) -> Void
    ) {
        judging = (JudgedBindings(requests, for: identity, at: hub.clock()), then)
        proceed(until: 0)
    }

    func proceed(until moment: UInt64) {
        guard case (var bindings, let then)? = judging else { return }
        judging = nil
        while !bindings.isComplete {
            bindings.judgeNext(by: hub.binder)
            if monotonicNanoseconds() >= moment { break }
        }
        if bindings.isComplete, !hub.mustWait(self) {
            then(bindings)
        } else {
            judging = (bindings, then)
        }
    }

    /// The change that was being told has been, or there is time for it in this turn.
    func goOn() {
        isPaused = false
        proceed(until: 0)
        if hasRoom { hub.catchUp(self) }
    }

    /// The catalogue is another one.
    func judgeAnew() { judging?.bindings.restart() }
}

// What leaves.
extension RealtimeSession {
    var isOpen: Bool { sink != nil }

    /// Queues a change. Answers whether there is room for more.
    @inline(__always)
    func feed(_ frame: FramedBytes) -> Bool {
        guard let sink else { return true }
        sink.send(frame: frame)
        return hasRoom
    }

    /// Whether a change waits for it in the backlog.
    @inline(__always)
    func isBehind(_ sequence: Int64) -> Bool { fedThrough < sequence }

    /// Whether it is told a change now, and neither gone nor behind.
    func takes(_ sequence: Int64) -> Bool { isOpen && !isBehind(sequence) }

    /// Whether more may be queued.
    var hasRoom: Bool { (sink?.queuedBytes ?? 0) <= queuedBytesMax }

    /// Answers a message.
    func reply(_ payload: [UInt8], to message: ClientMessage) {
        sink?.send(
            text: serializer.message(
                topic: message.topic, event: "phx_reply", payload: payload,
                reference: message.reference, joinReference: message.joinReference))
    }

    /// Sends a `system` message.
    func tell(_ notice: SystemNotice, on channel: Channel) {
        guard let sink else { return }
        if let refusal = notice.refusal { hub.report(channel.topic, refusal.refusal, block) }
        sink.send(
            text: serializer.message(
                topic: channel.topic, event: "system",
                payload: ServerPayload.system(notice, channel: channel.name)))
    }

    /// Sends `phx_close`; its reference is that of the join.
    func sendClose(of channel: Channel) {
        sink?.send(
            text: serializer.message(
                topic: channel.topic, event: "phx_close", payload: ServerPayload.empty,
                reference: channel.joinReference, joinReference: channel.joinReference))
    }

    /// Tells the client why a channel is over, and ends it.
    func end(_ channel: Channel, because notice: SystemNotice) {
        tell(notice, on: channel)
        sendClose(of: channel)
        remove(channel)
    }

    /// Tells the client why a channel is over, and ends it as one that broke: clients join again.
    func fail(_ channel: Channel, because notice: SystemNotice) {
        tell(notice, on: channel)
        sink?.send(
            text: serializer.message(
                topic: channel.topic, event: "phx_error",
                payload: ServerPayload.reason(notice.message),
                reference: channel.joinReference, joinReference: channel.joinReference))
        remove(channel)
    }

    /// Adds a channel that has been admitted.
    func add(_ channel: Channel) {
        channels[channel.topic] = channel
        keptBytes += channel.keptBytes
        hub.tokens.enter(channel, of: self)
        hub.counters.channels += 1
    }

    /// A channel speaks for somebody by another token from now on.
    func move(_ channel: Channel, to identity: Identity, by token: String) {
        keptBytes -= channel.keptBytes
        hub.tokens.leave(channel, of: self)
        channel.identity = identity
        channel.token = token
        hub.tokens.enter(channel, of: self)
        keptBytes += channel.keptBytes
    }

    /// Takes a channel off the socket without a word.
    func remove(_ channel: Channel) {
        guard channels[channel.topic] === channel else { return }
        hub.unbind(channel)
        hub.tokens.leave(channel, of: self)
        channels[channel.topic] = nil
        keptBytes -= channel.keptBytes
        channel.move(to: nil)
        hub.counters.channels -= 1
        if channels.isEmpty { emptySince = lastHeard }
    }
}
