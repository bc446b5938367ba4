internal import Database
internal import Diagnostics
internal import Expressions
internal import Schema

extension Binder {
    /// The feeds of a catalogue's watched models, without listeners.
    init(_ catalogue: Catalogue, _ rulebook: Rulebook, showsOldRows: Bool) {
        var feeds: [String: ModelFeed] = [:]
        var hidden: [String: Set<Int>] = [:]
        for model in catalogue.models where model.realtime != nil {
            feeds[model.name] = ModelFeed(
                model, rule: rulebook.rule(model.name, .read)?.using, showsOldRows: showsOldRows)
            hidden[model.name] = Set(
                model.columns.indices.filter { column in
                    let rule = rulebook.columnRule(model.name, column, .read)
                    return rule != nil && rule?.constant != true
                })
        }
        for feed in feeds.values {
            let models = feed.modelsRead
            let watched = models.compactMap { feeds[$0] }
            feed.dependencies = watched.count == models.count ? watched : nil
        }
        self.init(
            feeds: feeds, hidden: hidden, modelNames: catalogue.models.map(\.name))
    }
}

extension RealtimeHub {
    /// Makes a channel's bindings live. Answers what is wrong with those that cannot be.
    func bind(_ channel: Channel, of session: RealtimeSession) -> [String] {
        let identity = channel.identity
        channel.boundAfter = sequence
        var problems: [String] = []
        var bindings: [(ordinal: Int, ResolvedBinding)] = []
        for (ordinal, request) in channel.bindings.enumerated() {
            do {
                let resolved = try binder.resolve(request, isService: identity.isService)
                bindings += resolved.map { (ordinal, $0) }
            } catch {
                problems.append(error.message)
            }
        }
        if let end = identity.expiresAt { nextExpiry = min(nextExpiry, end) }
        guard !bindings.isEmpty else { return problems }
        let context = identity.context(now: clock())
        let audience = audience(for: channel, of: session, bindings, context)
        channel.audience = audience
        channel.place = audience.add(session)
        return problems
    }

    private func audience(
        for channel: Channel, of session: RealtimeSession,
        _ bindings: [(ordinal: Int, ResolvedBinding)], _ context: QueryContext
    ) -> Audience {
        let isService = channel.identity.isService
        let key = Audience.Key(
            frames: TopicFrames.Key(topic: channel.topic, serializer: session.serializer),
            bindings: channel.bindings,
            caller: isService ? [] : bindings.flatMap { $0.1.feed.callerKey(context) },
            isService: isService)
        demand.arise()
        return audiences.take(key) {
            let frames = topics.take(key.frames) { TopicFrames(key.frames) }
            audienceNumber += 1
            let audience = Audience(key, number: audienceNumber, frames: frames)
            audience.listen(bindings, context: context)
            return audience
        }
    }

    /// Makes a channel's bindings live for another identity. Whoever hears the same as before stays
    /// in his audience. A session that is behind cannot be told the rest of what the old identity
    /// might hear: it must read again.
    func rebind(_ channel: Channel, of session: RealtimeSession) -> [String] {
        let old = (audience: channel.audience, place: channel.place, after: channel.boundAfter)
        channel.audience = nil
        let problems = bind(channel, of: session)
        guard let audience = old.audience else { return problems }
        leave(audience, at: old.place)
        if channel.audience === audience {
            channel.boundAfter = old.after
        } else if session.fedThrough < sequence {
            cut(session)
        }
        return problems
    }

    /// Ends a channel's bindings.
    func unbind(_ channel: Channel) {
        guard let audience = channel.audience else { return }
        channel.audience = nil
        leave(audience, at: channel.place)
    }

    private func leave(_ audience: Audience, at place: Int) {
        if let moved = audience.remove(at: place) {
            moved.channels[audience.key.frames.topic]?.place = place
        }
        if audience.members.isEmpty {
            audience.stopListening()
            topics.release(audience.key.frames)
        }
        audiences.release(audience.key)
    }
}
