import Diagnostics
import Expressions
import Quotas

extension RealtimeHub {
    /// Makes a channel's bindings live. Answers what is wrong with those that cannot be.
    ///
    /// - Parameters:
    ///   - judged: All of its bindings, for its identity.
    ///   - isJoin: Whether nothing of what has been committed is for it. Who has listened before
    ///     has yet to hear what is on its way.
    func bind(
        _ channel: Channel, _ judged: JudgedBindings, of session: RealtimeSession,
        isJoin: Bool = false
    ) -> [String] {
        giveBackUnindexed(of: channel)
        var problems: [String] = []
        var bindings: [LiveBinding] = []
        for (request, judgement) in zip(channel.bindings, judged.judgements) {
            do throws(Problem) {
                for live in try judgement.get() {
                    if live.reach?.isUnindexed == true {
                        try countUnindexed(for: channel, of: session, request)
                    }
                    bindings.append(live)
                }
            } catch {
                problems.append(error.message)
            }
        }
        if !bindings.isEmpty {
            demand.arise(for: bindings.flatMap { $0.binding.feed.tablesHeard })
        }
        // Asked when the demand has been told: what is newer is fetched for it.
        let start = isJoin ? newestChange() : nil
        channel.boundAfter = start ?? max(channel.boundAfter, backlog.newest)
        if !bindings.isEmpty {
            audiences.enter(channel, of: session, bindings, judged.context)
        }
        return problems
    }

    /// Makes a channel's bindings live for another identity. Whoever hears the same as before stays
    /// in his audience. A session that is behind cannot be told the rest of what the old identity
    /// might hear: it must read again.
    func rebind(
        _ channel: Channel, _ judged: JudgedBindings, of session: RealtimeSession
    ) -> [String] {
        let old = (audience: channel.audience, place: channel.place, after: channel.boundAfter)
        channel.audience = nil
        let problems = bind(channel, judged, of: session)
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
    /// Takes a place for one of them, or counts it as refused.
    ///
    /// - Throws: What is said of a binding that is not served, naming the limit.
    private func countUnindexed(
        for channel: Channel, of session: RealtimeSession, _ request: BindingRequest
    ) throws(Problem) {
        do throws(Problem) {
            try takeUnindexed(for: channel, of: session, request)
        } catch {
            counters.refused[.unindexed, default: 0] += 1
            throw error
        }
    }

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
        let bounds = ShareBounds(
            total: settings.unindexed.max, each: settings.unindexed.perCallerMax)
        switch unindexed.take(for: caller, within: bounds) {
        case nil: break
        case .ofShare: throw .tooManyUnindexed("a caller", bounds.each, request)
        case .ofSite: throw .tooManyUnindexed("an address", bounds.site, request)
        case .inAll: throw .tooManyUnindexed("a server loop", bounds.total, request)
        }
        channel.unindexed = (caller, (channel.unindexed?.count ?? 0) + 1)
        counters.unindexed += 1
    }

    private func giveBackUnindexed(of channel: Channel) {
        guard let (caller, count) = channel.unindexed else { return }
        unindexed.giveBack(count, from: caller)
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
