import HTTP
import Store

/// What one session has missed of a change, in steps: its channels are told one after the other,
/// frame by frame.
struct LateTelling {
    /// What a channel is told.
    private struct Part {
        let channel: Channel
        var frames: UnmadeFrames
    }

    /// The number of the change.
    let sequence: Int64
    private let round: Round?
    /// The next one last.
    private var parts: [Part] = []

    /// - Parameter round: Nil for a change that is for nobody here.
    init(_ entry: ChangeRing.Entry, for session: RealtimeSession, in round: Round?) {
        sequence = entry.change.sequence
        self.round = round
        guard let round else { return }
        for channel in session.channels.values where channel.boundAfter < sequence {
            guard let audience = channel.audience, let missed = entry.missed(by: audience.number)
            else { continue }
            audience.note(again: missed, in: round)
            parts.append(Part(channel: channel, frames: audience.unmadeFrames))
        }
    }

    /// Whether all has been told.
    var isEmpty: Bool { parts.isEmpty }

    /// Keeps none of the frames that were made: it waits for a later turn, and many may.
    func pause() { round?.encodings.removeAll() }

    /// Makes the next frame, for those channels that are still there.
    mutating func makeFirst(for session: RealtimeSession) -> FramedBytes? {
        while let round, let last = parts.indices.last {
            let channel = parts[last].channel
            let isThere = session.channels[channel.topic] === channel
            let frame = isThere ? parts[last].frames.makeFirst(in: round) : nil
            if !isThere || parts[last].frames.isEmpty { parts.removeLast() }
            if let frame { return frame }
        }
        return nil
    }
}
