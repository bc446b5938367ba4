import Addresses
import Expressions
import Quotas
import Store
import Values

/// The audiences of one hub that have members, each once. Channels enter and leave through here;
/// an audience, and the frames of a topic, live as long as somebody hears them.
final class Audiences {
    private var audiences = Pool<Audience.Key, Audience>()
    private var topics = Pool<TopicFrames.Key, TopicFrames>()
    private var payers = Pool<Caller, Payer>()
    private var sites = Pool<AddressBlock, Payer>()
    /// The channels with an audience, by whose they are.
    private var channels = Shares<Caller>()
    private var lastNumber: Audience.Number = 0

    /// How many audiences have members.
    var count: Int { audiences.count }
    /// How many topics and serializers they speak in.
    var topicCount: Int { topics.count }

    /// Enters a channel into the audience of all who hear the same as it.
    ///
    /// - Parameter bindings: What the channel's bindings come to.
    func enter(
        _ channel: Channel, of session: RealtimeSession, _ bindings: [LiveBinding],
        _ context: QueryContext
    ) {
        let isService = channel.identity.isService
        let key = Audience.Key(
            frames: TopicFrames.Key(
                topic: ExactText(channel.topic), serializer: session.serializer),
            bindings: channel.bindings, ordinals: bindings.map(\.ordinal),
            caller: isService ? [] : bindings.flatMap { $0.binding.feed.callerKey(context) },
            isService: isService, payer: channel.unindexed?.caller)
        let audience = audiences.take(key) {
            let frames = topics.take(key.frames) { TopicFrames(key.frames) }
            lastNumber += 1
            let payer = key.payer.map { caller in
                let site = caller.knownSite.map { sites.take($0) { Payer() } }
                return payers.take(caller) { Payer(at: site) }
            }
            let audience = Audience(key, number: lastNumber, frames: frames, payer: payer)
            audience.listen(bindings, context: context)
            return audience
        }
        channel.audience = audience
        let caller = channel.identity.caller(from: session.block)
        channels.add(for: caller)
        let rank = TellingOrder.rank(ofChannel: channels.use(by: caller))
        channel.place = audience.add(
            Audience.Member(session: session, caller: caller, rank: rank),
            after: channel.boundAfter)
    }

    /// Takes the member at a place out of an audience; whoever moves is told of his place.
    func leave(_ audience: Audience, at place: Int) {
        let member = audience.remove(at: place) { moved, place in
            moved.channels[audience.topic]?.place = place
        }
        channels.giveBack(from: member.caller)
        if audience.members.isEmpty {
            audience.stopListening()
            topics.release(audience.key.frames)
            if let payer = audience.key.payer {
                payers.release(payer)
                if let site = payer.knownSite { sites.release(site) }
            }
        }
        audiences.release(audience.key)
    }
}
