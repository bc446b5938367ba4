import Diagnostics
import Expressions
import Store

/// What a channel's bindings come to for whom it speaks, judged one by one: a hundred lists take
/// some milliseconds, which a loop shares out among turns.
struct JudgedBindings {
    let identity: Identity
    let context: QueryContext
    private let requests: [BindingRequest]
    /// One for each request so far: what it listens to, or what is wrong with it.
    private(set) var judgements: [Result<[LiveBinding], Problem>] = []

    /// None is judged yet.
    init(_ requests: [BindingRequest], for identity: Identity, at now: Instant) {
        self.requests = requests
        self.identity = identity
        context = identity.context(now: now)
    }

    var isComplete: Bool { judgements.count == requests.count }

    /// Judges the next one.
    mutating func judgeNext(by binder: Binder) {
        let ordinal = judgements.count
        let isService = identity.isService
        judgements.append(
            Result { () throws(Problem) in
                try binder.resolve(requests[ordinal], isService: isService).map { binding in
                    LiveBinding(
                        ordinal: ordinal, binding: binding,
                        reach: binding.feed.reach(
                            of: binding, isService: isService, context: context))
                }
            })
    }

    /// Judges the others at once.
    mutating func judgeAll(by binder: Binder) {
        while !isComplete { judgeNext(by: binder) }
    }

    /// Forgets what was judged by a catalogue that is not served any more.
    mutating func restart() { judgements.removeAll() }
}
