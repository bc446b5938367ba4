import Diagnostics
import HTTP
import Store

/// A change that is being told, in steps between which the loop does other things.
///
/// Until it has been told, nobody begins to listen and nobody catches up with older changes: those
/// who are found are found, and each is told once. Who leaves is not told.
final class Telling {
    /// How far it is.
    enum Stage {
        /// Nobody has been judged, or all must be once more: look-ups have been answered, or rules
        /// are others.
        case begins
        /// Those whom it may concern are being judged.
        case judging(Round)
        /// Those whom it is for are being told.
        case telling(Round)
        /// The channels that follow its table are being ended.
        case ending(ModelFeed, Change.Reset)
        /// All have been told.
        case ends
    }

    /// What one audience is told: one thing after the other, each to all of its members.
    final class Part {
        /// One thing that is told.
        enum Item {
            case frame(FramedBytes)
            /// Said to every member, also to those who are behind.
            case notice(SystemNotice)
        }

        let audience: Audience
        /// The number of the change.
        let sequence: Int64
        private var frames: UnmadeFrames
        private var notice: SystemNotice?
        /// Whether some of the members may begin later than the change.
        let hasLater: Bool
        /// Whether a member was behind.
        var isMissed = false
        /// What is being told.
        private(set) var item: Item?

        /// - Parameter sequence: The number of the change.
        init(_ audience: Audience, _ notice: SystemNotice?, of sequence: Int64) {
            self.audience = audience
            self.sequence = sequence
            frames = audience.unmadeFrames
            self.notice = notice
            // Members that have joined later are there only while changes come late.
            hasLater = sequence <= audience.newestStart
        }

        /// Begins to tell the next thing; nil when there is none, or nobody to be told.
        func begin(in round: Round, within step: inout Step) -> Item? {
            guard !audience.members.isEmpty else { return nil }
            if !frames.isEmpty, !audience.members.contains(where: { $0.session.takes(sequence) }) {
                // They are made when somebody catches up.
                isMissed = true
                frames.removeAll()
            }
            if let frame = frames.makeFirst(in: round) {
                step.count(frameBytes: frame.bytes.count)
                item = .frame(frame)
            } else {
                item = notice.map(Item.notice)
                notice = nil
            }
            audience.beginTelling()
            return item
        }

        /// All have been told of it.
        func end() { item = nil }
    }

    let change: Change
    /// What rules take for now. Look-ups have it in their questions, so that it stays the same when
    /// answers come.
    let moment: Instant
    var stage = Stage.begins
    /// What is being told, until all members of the audience have been.
    var part: Part?
    /// What is said to all instead of the change; nil for most.
    var notice: SystemNotice?
    /// The audiences with members that were behind.
    var missed: [ChangeRing.Missed] = []

    init(_ change: Change, at moment: Instant) {
        self.change = change
        self.moment = moment
    }

    /// Whether it has been begun and not ended.
    var isUnderWay: Bool {
        switch stage {
        case .begins, .ends: false
        case .judging, .telling, .ending: true
        }
    }
}
