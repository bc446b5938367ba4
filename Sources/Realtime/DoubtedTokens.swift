/// The tokens that may have been revoked and have yet to be looked at, channel by channel.
struct DoubtedTokens {
    /// The channels of one socket: all of them, or those that speak for a session.
    private struct Holder {
        let socket: RealtimeSession
        let sessionID: String?

        var channels: [Channel] {
            socket.channels.values.filter { channel in
                channel.token != nil && (sessionID == nil || channel.sessionID == sessionID)
            }
        }
    }

    private var holders: [Holder] = []
    /// The socket whose channels are being looked at, and which of them are left.
    private var open: (socket: RealtimeSession, channels: [Channel])?

    /// Whether all have been looked at.
    var isEmpty: Bool { holders.isEmpty && open == nil }

    /// Doubts a socket's tokens.
    ///
    /// - Parameter sessionID: The session that they are of; nil for all.
    mutating func append(_ socket: RealtimeSession, ofSession sessionID: String?) {
        holders.append(Holder(socket: socket, sessionID: sessionID))
    }

    /// Takes the next channel; nil where there is none of this socket any more, and another one's
    /// turn comes.
    mutating func advance() -> (socket: RealtimeSession, channel: Channel)? {
        guard let socket = open?.socket, let channel = open?.channels.popLast() else {
            open = holders.popLast().map { ($0.socket, $0.channels) }
            return nil
        }
        guard socket.isOpen, socket.channels[channel.topic] === channel else { return nil }
        return (socket, channel)
    }
}
