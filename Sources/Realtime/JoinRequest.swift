import Bytes

/// The payload of a `phx_join`. Fields of a wrong type fall back to their defaults, as Supabase's
/// do: a client is never locked out by an option that it got wrong.
struct JoinRequest {
    /// How the client says who it is.
    enum Token: Equatable {
        /// Not at all, or with a key that starts with `sb_`: the identity of the connection.
        case connection
        /// With a token. What is no text is an empty one: whoever verifies it says what is wrong.
        case user(String)

        /// Reads an `access_token` field.
        init(_ value: JSONValue?) {
            guard let value, !value.isNull else {
                self = .connection
                return
            }
            let text = value.string ?? ""
            self = text.hasPrefix("sb_") ? .connection : .user(text)
        }
    }

    /// The `broadcast` part.
    struct Broadcast: Equatable {
        var wantsAcknowledgement = false
        var wantsReplay = false
        /// Whether a `system` message is wanted when the source of changes is live.
        var wantsReadiness = false
    }

    let token: Token
    let isPrivate: Bool
    let broadcast: Broadcast
    /// Whether who is there is to be told: `presence.enabled`.
    let wantsPresence: Bool
    let bindings: [BindingRequest]
    /// Whether the payload has a `config` at all; the legacy form has none.
    let hasConfiguration: Bool

    /// Reads the payload of a join.
    ///
    /// - Parameter bindingsMax: how many bindings a channel may have. No more than one beyond is
    ///   read: what else there is would be refused, and a message has room for thousands.
    init(_ payload: JSONValue, bindingsMax: Int) {
        let named = payload["access_token"] ?? payload["user_token"]
        token = Token(named)
        let config = payload["config"]
        hasConfiguration = config?.kind == .object
        isPrivate = Self.flag(config?["private"])
        broadcast = Self.broadcast(config?["broadcast"])
        wantsPresence = Self.flag(config?["presence"]?["enabled"])
        let items = config?["postgres_changes"]?.elements ?? []
        bindings = BindingRequest.list(
            Array(items.lazy.filter { $0.kind == .object }.prefix(bindingsMax + 1)))
    }

    private static func broadcast(_ value: JSONValue?) -> Broadcast {
        guard let value else { return Broadcast() }
        return Broadcast(
            wantsAcknowledgement: flag(value["ack"]),
            wantsReplay: !(value["replay"]?.isNull ?? true),
            wantsReadiness: flag(value["replication_ready"]))
    }

    /// A boolean, also one written as text.
    private static func flag(_ value: JSONValue?) -> Bool {
        value?.bool ?? (value?.string?.lowercased() == "true")
    }
}
