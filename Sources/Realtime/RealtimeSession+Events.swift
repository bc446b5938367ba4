import Bytes
import Diagnostics
import Expressions
import Quotas

// What a client's messages do. A message's `join_ref` may be absent or of an older join: the topic
// alone says which channel is meant.
extension RealtimeSession {
    func handle(_ message: ClientMessage) {
        guard isOpen else { return }
        if message.event == .heartbeat, message.topic == "phoenix" {
            // Without an answer a client knows that its heart beats too fast.
            if heartbeats.take(at: hub.uptime()) {
                reply(ServerPayload.ok(), to: message)
            } else {
                hub.counters.droppedMessages += 1
            }
            return
        }
        guard messages.take(at: hub.uptime()) else {
            hub.counters.droppedMessages += 1
            if let channel = channels[message.topic] { end(channel, because: .tooManyMessages) }
            return
        }
        if message.event == .join {
            join(message)
        } else if let channel = channels[message.topic] {
            handle(message, on: channel)
        } else if message.event == .leave, message.topic.hasPrefix(Channel.topicPrefix) {
            reply(ServerPayload.ok(), to: message)
        } else {
            reply(ServerPayload.error(reason: ChannelRefusal.unmatchedTopic.reason), to: message)
        }
    }

    private func handle(_ message: ClientMessage, on channel: Channel) {
        if message.event.isCounted, refusesOverQuota(message, of: channel.identity) { return }
        switch message.event {
        case .leave:
            // Both leave in one write: Python may join again as soon as it has the reply.
            reply(ServerPayload.ok(), to: message)
            sendClose(of: channel)
            remove(channel)
        case .accessToken:
            refresh(channel, with: JoinRequest.Token(message.payload["access_token"]))
        case .broadcast: endUnserved(channel, message, .broadcast)
        case .presence: endUnserved(channel, message, .presence)
        case .heartbeat, .join:
            refuse(message, .misplacedEvent)
        case .other(let name):
            refuse(message, .unknownEvent(name))
        }
    }

    /// Clients have told their caller that all is well when they send a broadcast without `ack` (a
    /// join with it is refused), Python's also when it tracks: they look at no reply. The end of
    /// the channel they show.
    private func endUnserved(_ channel: Channel, _ message: ClientMessage, _ unserved: Unserved) {
        refuse(message, unserved.refusal)
        end(channel, because: .unserved(unserved))
    }

    /// Takes a message from the quotas of whom it speaks for; refuses it where one is used up.
    private func refusesOverQuota(_ message: ClientMessage, of identity: Identity) -> Bool {
        guard let quota = quotas.admitMessage(identity) else { return false }
        refuse(message, .exhausted(quota))
        return true
    }

    private func refuse(_ message: ClientMessage, _ refusal: ChannelRefusal) {
        hub.report(message.topic, refusal.refusal, block)
        reply(ServerPayload.error(reason: refusal.reason), to: message)
    }

    /// Changes whom a channel speaks for. No reply when it works. It costs what its join did, whose
    /// work is done anew.
    private func refresh(_ channel: Channel, with token: JoinRequest.Token) {
        guard case .user(let text) = token, text != channel.token else { return }
        switch hub.identify(text) {
        case .failure(let refusal):
            end(channel, because: .tokenRefused(refusal))
        case .success(let identity):
            let more = BindingRequest.messageCount(of: channel.bindings)
            guard more == 0 || messages.take(more, at: hub.uptime()) else {
                hub.counters.droppedMessages += 1
                return end(channel, because: .tooManyMessages)
            }
            judge(channel.bindings, for: identity) { [unowned self] judged in
                // It may have ended meanwhile, with its old token.
                guard channels[channel.topic] === channel else { return }
                // So may its new one.
                if case .failure(let refusal) = hub.identify(text) {
                    return end(channel, because: .tokenRefused(refusal))
                }
                guard count(channel, of: identity) else { return }
                move(channel, to: identity, by: text)
                announce(hub.rebind(channel, judged, of: self), on: channel)
            }
        }
    }

    /// Counts a channel among the feeds of whom it speaks for from now on, whose plan may be
    /// another one; ends it where there is no room. Nobody can have its place meanwhile.
    private func count(_ channel: Channel, of identity: Identity) -> Bool {
        switch quotas.admitFeed(identity, channel.feedPlace) {
        case .admitted(let place):
            channel.move(to: place)
            return true
        case .refused(let plan, let max, let policy):
            end(channel, because: .refused(.tooManyFeeds(plan: plan, max: max, policy: policy)))
            return false
        }
    }

    /// Says how a channel's bindings fared.
    private func announce(_ problems: [String], on channel: Channel) {
        for problem in problems { tell(.unusableBinding(problem), on: channel) }
        if problems.isEmpty, !channel.bindings.isEmpty { tell(.subscribed, on: channel) }
    }
}

// Joining. Nothing is said on a channel before the reply to its join, and a second join of a topic
// replaces the first in silence: Python takes a `phx_close` at any point for the end of both.
extension RealtimeSession {
    private func join(_ message: ClientMessage) {
        guard joins.take(at: hub.uptime()) else {
            hub.counters.refused[.joins, default: 0] += 1
            refuse(message, .tooManyJoins)
            close(code: 1001, reason: "too many joins")
            return
        }
        guard message.topic.hasPrefix(Channel.topicPrefix) else {
            refuse(message, .unmatchedTopic)
            return
        }
        let request = JoinRequest(
            message.payload, bindingsMax: hub.settings.bindingsPerChannelMax)
        let more = BindingRequest.messageCount(of: request.bindings)
        guard more == 0 || messages.take(more, at: hub.uptime()) else {
            refuse(message, .tooManyBindingsPerSecond)
            return
        }
        let joining = identity(for: request)
        if refusesOverQuota(message, of: (try? joining.get()) ?? identity) { return }
        if let old = channels[message.topic] { remove(old) }
        if let refusal = objection(to: request, on: message.topic) {
            refuse(message, refusal)
            return
        }
        switch joining {
        case .failure(let refusal): refuse(message, .token(refusal))
        case .success(let identity):
            judge(request.bindings, for: identity) { [unowned self] judged in
                // That may have taken turns, in which its session may have been signed out.
                switch self.identity(for: request) {
                case .failure(let refusal): refuse(message, .token(refusal))
                case .success: open(message, request, judged)
                }
            }
        }
    }

    /// Why a join is refused whoever asks; nil if it is not.
    private func objection(to request: JoinRequest, on topic: String) -> ChannelRefusal? {
        let name = topic.dropFirst(Channel.topicPrefix.count)
        if name.isEmpty { return .noTopicName }
        if topic.utf8.count > RealtimeLimits.topicBytes { return .topicTooLong }
        if channels.count >= hub.settings.channelsPerSessionMax {
            hub.counters.refused[.channels, default: 0] += 1
            return .tooManyChannels
        }
        if request.bindings.count > hub.settings.bindingsPerChannelMax {
            hub.counters.refused[.bindings, default: 0] += 1
            return .tooManyBindings(ofChannel: hub.settings.bindingsPerChannelMax)
        }
        let bindings = channels.values.reduce(request.bindings.count) { $0 + $1.bindings.count }
        if bindings > hub.settings.bindingsPerSessionMax {
            hub.counters.refused[.bindings, default: 0] += 1
            return .tooManyBindings(ofSocket: hub.settings.bindingsPerSessionMax)
        }
        if let unserved = request.unserved { return unserved.refusal }
        if !request.hasConfiguration, name.hasPrefix("public:") || name.hasPrefix("*") {
            return .tablesInTopic
        }
        return nil
    }

    private func identity(for request: JoinRequest) -> Result<Identity, TokenRefusal> {
        switch request.token {
        case .user(let token): hub.identify(token)
        case .connection: identity.current(at: hub.clock())
        }
    }

    private func open(
        _ message: ClientMessage, _ request: JoinRequest, _ judged: JudgedBindings
    ) {
        let identity = judged.identity
        let place: (any FeedPlace)?
        switch quotas.admitFeed(identity, nil) {
        case .refused(let plan, let max, let policy):
            refuse(message, .tooManyFeeds(plan: plan, max: max, policy: policy))
            return
        case .admitted(let taken): place = taken
        }
        var token: String?
        if case .user(let text) = request.token { token = text }
        // The reference of the join names the channel's incarnation.
        let channel = Channel(
            topic: message.topic, joinReference: message.reference, bindings: request.bindings,
            identity: identity, token: token, feedPlace: place)
        add(channel)
        let problems = hub.bind(channel, judged, of: self, isJoin: true)
        reply(ServerPayload.ok(Self.response(request.bindings)), to: message)
        if request.broadcast.wantsReadiness { tell(.connected, on: channel) }
        announce(problems, on: channel)
    }

    /// `{"postgres_changes":[…]}`, also when there are none: Swift's client waits for the key.
    private static func response(_ bindings: [BindingRequest]) -> [UInt8] {
        var text: [UInt8] = []
        text.append(ascii: "{\"postgres_changes\":[")
        for (index, binding) in bindings.enumerated() {
            if index > 0 { text.append(ASCII.comma) }
            text.append(contentsOf: binding.echo)
        }
        text.append(ascii: "]}")
        return text
    }
}
