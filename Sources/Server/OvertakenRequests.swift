import HTTP
import Network

/// Requests of one loop that a change of the models has overtaken: planned for what was served
/// before, they fail on what the database has become. Such a request has done nothing, and is
/// answered anew by what is served then, so that nobody's fails because somebody saves a file.
///
/// Confined to its loop.
final class OvertakenRequests {
    private let transitions: SchemaTransitions
    private let loop: EventLoop
    /// Who waits for the end of a change.
    private var waiting: [@Sendable () -> Void] = []

    init(_ transitions: SchemaTransitions, on loop: EventLoop) {
        self.transitions = transitions
        self.loop = loop
    }

    /// Answers a request, and if a change has overtaken it, once more when that is in force.
    func answer(_ first: () -> Answer, again: @escaping () -> Answer) -> Answer {
        let number = transitions.number
        return judged(first(), since: number, Again(answer: again))
    }

    /// How a request is answered once more; and not for ever, where files are saved all the time.
    private struct Again {
        let answer: () -> Answer
        var times = 3
    }

    /// Lets those go on that have waited: no change is being carried out.
    func settle() {
        let settled = waiting
        waiting = []
        for done in settled { done() }
    }

    private func judged(_ answer: Answer, since number: Int, _ again: Again) -> Answer {
        switch answer {
        case .response(let response):
            again.times > 0 && isOvertaken(response, since: number)
                ? .prepared(afterChange(again)) : answer
        case .deferred(let begin):
            deferred(begin, since: number, again)
        case .prepared(let preparation):
            .prepared(
                Preparation { memory, done in
                    preparation.begin(memory) { done(()) }
                } answer: { [self] (_: Void) in
                    judged(preparation.answer(), since: number, again)
                })
        case .pending, .webSocket: answer
        }
    }

    private func deferred(
        _ begin: @escaping Answer.Deferral, since number: Int, _ again: Again
    ) -> Answer {
        let rest = LoopBound((self, again), on: loop)
        return .deferred { reply in
            begin { make in
                reply {
                    let (requests, again) = rest.value
                    return requests.judged(make(), since: number, again)
                }
            }
        }
    }

    /// What comes of no change: who is not let in, or too often there, and that the database is
    /// away.
    private static let ownStatuses: Set = [401, 403, 429, 503, 504]

    /// Whether an answer may come of a change.
    private func isOvertaken(_ response: Response, since number: Int) -> Bool {
        response.status >= 400 && !Self.ownStatuses.contains(response.status)
            && (transitions.number != number || !number.isMultiple(of: 2))
    }

    private func afterChange(_ again: Again) -> Preparation {
        Preparation { [self] _, done in
            if transitions.number.isMultiple(of: 2) {
                done(())
            } else {
                waiting.append { done(()) }
            }
            return {}
        } answer: { [self] (_: Void) in
            let next = Again(answer: again.answer, times: again.times - 1)
            return judged(next.answer(), since: transitions.number, next)
        }
    }
}
