import Diagnostics
import Expressions
import Quotas

extension RealtimeHub {
    /// Makes a channel's bindings live. Answers what is wrong with those that cannot be.
    ///
    /// - Parameter isJoin: Whether nothing of what has been committed is for it. Who has listened
    ///   before has yet to hear what is on its way.
    func bind(_ channel: Channel, of session: RealtimeSession, isJoin: Bool = false) -> [String] {
        let identity = channel.identity
        let context = identity.context(now: clock())
        giveBackUnindexed(of: channel)
        var problems: [String] = []
        var bindings: [LiveBinding] = []
        for (ordinal, request) in channel.bindings.enumerated() {
            do throws(Problem) {
                for binding in try binder.resolve(request, isService: identity.isService) {
                    let reach = binding.feed.reach(
                        of: binding, isService: identity.isService, context: context)
                    if reach?.isUnindexed == true {
                        try takeUnindexed(for: channel, of: session, request)
                    }
                    bindings.append(
                        LiveBinding(ordinal: ordinal, binding: binding, reach: reach))
                }
            } catch {
                problems.append(error.message)
            }
        }
        tokens.expect(identity.expiresAt)
        if !bindings.isEmpty {
            demand.arise(for: bindings.flatMap { $0.binding.feed.tablesHeard })
        }
        // Asked when the demand has been told: what is newer is fetched for it.
        let start = isJoin ? newestChange() : nil
        channel.boundAfter = start ?? max(channel.boundAfter, backlog.newest)
        if !bindings.isEmpty {
            audiences.enter(channel, of: session, bindings, context)
        }
        return problems
    }

    /// Makes a channel's bindings live for another identity. Whoever hears the same as before stays
    /// in his audience. A session that is behind cannot be told the rest of what the old identity
    /// might hear: it must read again.
    func rebind(_ channel: Channel, of session: RealtimeSession) -> [String] {
        let old = (audience: channel.audience, place: channel.place, after: channel.boundAfter)
        channel.audience = nil
        let problems = bind(channel, of: session)
        guard let audience = old.audience else { return problems }
        audiences.leave(audience, at: old.place)
        if channel.audience === audience {
            channel.boundAfter = old.after
        } else if session.fedThrough < backlog.newest {
            cut(session)
        }
        return problems
    }

    /// Ends a channel's bindings.
    func unbind(_ channel: Channel) {
        giveBackUnindexed(of: channel)
        guard let audience = channel.audience else { return }
        channel.audience = nil
        audiences.leave(audience, at: channel.place)
    }
}

// Bindings that no index decides: every row may have to be compared with them.
extension RealtimeHub {
    /// Takes a place for one of them.
    ///
    /// - Throws: What is said of a binding that is not served, naming the limit.
    private func takeUnindexed(
        for channel: Channel, of session: RealtimeSession, _ request: BindingRequest
    ) throws(Problem) {
        let count = session.channels.values.reduce(0) { $0 + ($1.unindexed?.count ?? 0) }
        guard count < settings.unindexed.perSessionMax else {
            throw .tooManyUnindexed(
                "a connection", settings.unindexed.perSessionMax, request)
        }
        let caller = channel.identity.caller(from: session.block)
        switch unindexed.take(for: caller) {
        case nil: break
        case .ofCaller:
            throw .tooManyUnindexed("a caller", settings.unindexed.perCallerMax, request)
        case .ofAll: throw .tooManyUnindexed("a server loop", settings.unindexed.max, request)
        }
        channel.unindexed = (caller, (channel.unindexed?.count ?? 0) + 1)
        counters.unindexed += 1
    }

    private func giveBackUnindexed(of channel: Channel) {
        guard let (caller, count) = channel.unindexed else { return }
        for _ in 0..<count { unindexed.giveBack(from: caller) }
        counters.unindexed -= count
        channel.unindexed = nil
    }
}

extension Problem {
    fileprivate static func tooManyUnindexed(
        _ holder: String, _ max: Int, _ request: BindingRequest
    ) -> Problem {
        Binder.unusable(
            "\(holder) has at most \(max) filters without an index, and this would be one more; "
                + "eq and in of a column of texts, whole numbers, dates or UUIDs are indexed",
            request)
    }
}
