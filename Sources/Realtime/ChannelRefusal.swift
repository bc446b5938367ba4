import Diagnostics
import Quotas

/// Why a client is refused something on a channel. Clients are told in words that begin with the
/// code; the log has code and limit apart.
struct ChannelRefusal: Hashable {
    /// Nil where Supabase's words have none.
    let code: String?
    let text: String
    /// The limit, plan or setting that it is for.
    let policy: String?

    init(_ code: String?, _ text: String, policy: String? = nil) {
        self.code = code
        self.text = text
        self.policy = policy
    }

    /// What the client is told.
    var reason: String { (code.map { "\($0): " } ?? "") + text }

    /// What the log is told.
    var refusal: Refusal { Refusal(code: code, message: text, policy: policy) }
}

extension ChannelRefusal {
    static let unmatchedTopic = ChannelRefusal(nil, "unmatched topic")

    static let tooManyJoins = ChannelRefusal(
        "ClientJoinRateLimitReached", "Too many joins per second",
        policy: "realtime.joins_per_second")

    static let tooManyBindingsPerSecond = ChannelRefusal(
        "ClientJoinRateLimitReached", "Too many bindings per second",
        policy: "realtime.messages_per_second")

    static let tooManyChannels = ChannelRefusal(
        "ChannelRateLimitReached", "Too many channels", policy: "realtime.channels_per_socket")

    static let noTopicName = ChannelRefusal(
        "TopicNameRequired", "You must provide a topic name")

    static let topicTooLong = ChannelRefusal(
        "TopicNameTooLong", "A topic has at most \(RealtimeLimits.topicBytes) bytes")

    static let tablesInTopic = ChannelRefusal(
        "TopicNotSupported", "Name tables in config.postgres_changes, not in the topic")

    static let misplacedEvent = ChannelRefusal(
        "UnknownEvent", "Send heartbeats to the topic 'phoenix'")

    static func unknownEvent(_ name: String) -> ChannelRefusal {
        ChannelRefusal("UnknownEvent", "There is no event '\(name)'")
    }

    static func tooManyBindings(ofChannel max: Int) -> ChannelRefusal {
        ChannelRefusal("TooManyBindings", "A channel has at most \(max) postgres_changes")
    }

    static func tooManyBindings(ofSocket max: Int) -> ChannelRefusal {
        ChannelRefusal(
            "TooManyBindings",
            "The channels of a connection have at most \(max) postgres_changes together",
            policy: "realtime.bindings_per_socket")
    }

    static func token(_ refusal: TokenRefusal) -> ChannelRefusal {
        ChannelRefusal("InvalidJWTToken", refusal.message)
    }

    /// A quota is used up: of who asks, or of all together.
    static func exhausted(_ quota: QuotaExhausted) -> ChannelRefusal {
        ChannelRefusal(
            "RequestRateLimitReached",
            "Request rate limit reached. \(quota.details) "
                + "Try again in \(counted(Int(quota.retryAfterSeconds), "second")).",
            policy: quota.policy)
    }

    /// As many feeds are open as the plan of whom they are allows.
    static func tooManyFeeds(plan: String, max: Int, policy: String) -> ChannelRefusal {
        ChannelRefusal(
            "FeedLimitReached",
            "The plan \"\(plan)\" has at most \(counted(max, "feed")) at the same time",
            policy: policy)
    }
}
