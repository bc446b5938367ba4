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
        /// All have been told.
        case ends
    }

    /// What one audience is told.
    struct Part {
        let audience: Audience
        let frames: ContiguousArray<FramedBytes>
        /// Said to every member, also to those who are behind.
        let notice: SystemNotice?
        /// Whether some of the members may begin later than the change.
        let hasLater: Bool
    }

    let change: Change
    /// What rules take for now. Look-ups have it in their questions, so that it stays the same when
    /// answers come.
    let moment: Instant
    var stage = Stage.begins
    /// What is being told, until all members of the audience have been.
    var part: Part?
    /// Whether a member of it was behind.
    var isMissed = false
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
        case .judging, .telling: true
        }
    }
}
