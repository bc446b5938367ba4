import Diagnostics
import Expressions

extension RealtimeHub {
    /// Makes a channel's bindings live. Answers what is wrong with those that cannot be.
    ///
    /// - Parameter isJoin: Whether nothing of what has been committed is for it. Who has listened
    ///   before has yet to hear what is on its way.
    func bind(_ channel: Channel, of session: RealtimeSession, isJoin: Bool = false) -> [String] {
        let identity = channel.identity
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
        tokens.expect(identity.expiresAt)
        if !bindings.isEmpty {
            demand.arise(for: bindings.flatMap { $0.1.feed.tablesHeard })
        }
        // Asked when the demand has been told: what is newer is fetched for it.
        let start = isJoin ? newestChange() : nil
        channel.boundAfter = start ?? max(channel.boundAfter, backlog.newest)
        if !bindings.isEmpty {
            audiences.enter(channel, of: session, bindings, identity.context(now: clock()))
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
        guard let audience = channel.audience else { return }
        channel.audience = nil
        audiences.leave(audience, at: channel.place)
    }
}
