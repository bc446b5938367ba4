import Expressions
import Quotas

/// One topic joined on one socket. A second join of the topic makes a new channel.
final class Channel {
    /// As sent, with its `realtime:`.
    let topic: String
    /// JSON text of the join's reference; `phx_close` carries it.
    let joinReference: [UInt8]
    let bindings: [BindingRequest]
    /// Changes up to this one are older than the channel's place in its audience.
    var boundAfter = Int64.min
    /// Whom rules see; replaced by `access_token`.
    var identity: Identity
    /// The token in force; nil for the identity of the connection.
    var token: String?
    /// The session that its token is of; nil for none, and for the identity of the connection.
    var sessionID: String? { token == nil ? nil : identity.sessionID }
    /// Its place among the feeds of whom it speaks for.
    private(set) var feedPlace: (any FeedPlace)?
    private let boundBytes: Int
    /// Bytes that it, its bindings and its token take, about.
    var keptBytes: Int { boundBytes + (token?.utf8.count ?? 0) }
    /// Nil while no binding is live.
    var audience: Audience?
    /// Place among the audience's members.
    var place = 0
    /// Its bindings that no index decides, and whose share of the hub's they have taken.
    var unindexed: (caller: Caller, count: Int)?

    init(
        topic: String, joinReference: [UInt8], bindings: [BindingRequest], identity: Identity,
        token: String?, feedPlace: (any FeedPlace)?
    ) {
        self.topic = topic
        self.joinReference = joinReference
        self.bindings = bindings
        self.identity = identity
        self.token = token
        self.feedPlace = feedPlace
        boundBytes = bindings.reduce(RealtimeLimits.channelBytes) {
            $0 + RealtimeLimits.bindingBytes + RealtimeLimits.memoryPerBindingByte * $1.echo.count
        }
    }

    /// Its place among feeds is another one from now on, or none.
    func move(to place: (any FeedPlace)?) {
        let former = feedPlace
        feedPlace = place
        if former !== place { former?.giveBack() }
    }

    /// What starts every topic of a channel.
    static let topicPrefix = "realtime:"

    /// The topic without `realtime:`.
    var name: String { String(topic.dropFirst(Self.topicPrefix.count)) }
}
