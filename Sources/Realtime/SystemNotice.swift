import Store

/// What a `system` message can say. Clients match some of these words, so they are Supabase's.
enum SystemNotice: Equatable {
    /// The bindings of the channel are live.
    case subscribed
    /// The source of changes is live; sent when the join asked for it.
    case connected
    /// A binding is not served; the channel stays open.
    case unusableBinding(String)
    /// Changes were passed over because they could not be judged; the client must read again.
    case mustRefetch(String)
    /// The channel is over because of its token.
    case tokenRefused(TokenRefusal)
    /// The channel is over because its client sends too much.
    case tooManyMessages
    /// The channel is over because whom it speaks for now has as many as his plan allows.
    case refused(ChannelRefusal)
    /// The channel is over because its client wants what is not served.
    case unserved(Unserved)
    /// The socket is about to close for a restart.
    case disconnecting

    /// Whether it speaks for the source of changes, and not for the channel.
    var isAboutChanges: Bool {
        switch self {
        case .subscribed, .unusableBinding, .mustRefetch: true
        case .connected, .tokenRefused, .tooManyMessages, .refused, .unserved, .disconnecting:
            false
        }
    }

    /// Whether something does not work.
    var isError: Bool {
        switch self {
        case .subscribed, .connected, .disconnecting: false
        case .unusableBinding, .mustRefetch, .tokenRefused, .tooManyMessages, .refused, .unserved:
            true
        }
    }

    /// What a client is told by it that it cannot have, for the log; nil where it is told of
    /// something else. What was said in a reply before is not said again.
    var refusal: ChannelRefusal? {
        switch self {
        case .unusableBinding(let text): ChannelRefusal("UnableToSubscribe", text)
        case .tokenRefused(let refusal): .token(refusal)
        case .tooManyMessages:
            ChannelRefusal(nil, message, policy: "realtime.messages_per_second")
        case .refused(let refusal): refusal
        case .subscribed, .connected, .mustRefetch, .unserved, .disconnecting: nil
        }
    }

    /// What it says.
    var message: String {
        switch self {
        case .subscribed: "Subscribed to PostgreSQL"
        case .connected: "Replication connection established"
        case .unusableBinding(let text), .mustRefetch(let text): text
        case .tokenRefused(let refusal): refusal.message
        case .tooManyMessages: "Too many messages per second"
        case .refused(let refusal): refusal.reason
        case .unserved(let what): what.refusal.reason
        case .disconnecting: "Server requested disconnect"
        }
    }
}

extension SystemNotice {
    /// What is said of a change whose rule could not be evaluated.
    static func unjudged(_ change: Change) -> SystemNotice {
        .mustRefetch("A change of '\(change.table)' could not be judged. Fetch the rows again.")
    }

    /// What is said of a change that there was no time to ask all filters and rules about.
    static func passedOver(_ change: Change) -> SystemNotice {
        .mustRefetch(
            "Filters and rules took too long for a change of '\(change.table)'. "
                + "Fetch the rows again.")
    }

    /// What is said of a change whose row has other columns than the model: captured before a
    /// reload, delivered after it.
    static func staleColumns(of table: String) -> SystemNotice {
        .mustRefetch("The model '\(table)' has changed. Fetch the rows again.")
    }

    /// What is said to a socket that changes have passed by.
    static var tooSlow: SystemNotice {
        .mustRefetch(
            "This connection was too slow and has missed changes. Fetch the rows again.")
    }

    /// What is said of a table that must be fetched anew.
    static func reset(_ reset: Change.Reset, of table: String) -> SystemNotice {
        let reason =
            switch reset {
            case .truncated: "Rows of '\(table)' were removed all at once."
            case .trimmed: "Changes of '\(table)' were deleted before they were told."
            case .epoch: "The database of '\(table)' was restored or has failed over."
            case .unreadable: "A change of '\(table)' could not be read."
            case .missed: "Changes of '\(table)' were made that nobody has seen."
            }
        return .mustRefetch("\(reason) Fetch the rows again.")
    }
}
