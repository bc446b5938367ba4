import Diagnostics
import Expressions
import Store

/// One predicate under one set of claims. Equal listeners share a judge, so a rule is evaluated
/// once per change and row image, however many sockets wait for the answer.
final class Judge {
    /// What a judge says of a row.
    enum Verdict {
        case passes, fails
        /// The predicate could not be evaluated. Such a change is not skipped silently: its
        /// listeners are told to read again.
        case broken
        /// The predicate asks for what has been noted in ``LookUps`` and is not known yet.
        case waits
    }

    private let predicate: Predicate
    private let context: QueryContext
    private var numbers: (new: UInt64, old: UInt64) = (0, 0)
    private var verdicts: (new: Verdict, old: Verdict) = (.fails, .fails)
    private var memory: DecisionMemory?
    /// The other models that the predicate reads.
    private let models: Set<String>

    /// A judge of rows by `predicate`; `now` of the context is set anew for each change.
    init(_ predicate: Predicate, context: QueryContext, memory: DecisionMemory? = nil) {
        self.predicate = predicate
        self.context = context
        self.memory = memory
        models = predicate.inputs.models
    }

    /// The verdict on one image of the round's change; a missing image fails.
    func verdict(on image: ColumnPlace.Image, in round: Round) -> Verdict {
        switch image {
        case .new:
            if numbers.new != round.number {
                numbers.new = round.number
                verdicts.new = evaluate(round.change.new, in: round)
            }
            return verdicts.new
        case .old:
            if numbers.old != round.number {
                numbers.old = round.number
                verdicts.old = evaluate(round.change.old, in: round)
            }
            return verdicts.old
        }
    }

    private func evaluate(_ image: RowImage?, in round: Round) -> Verdict {
        guard let image else { return .fails }
        if memory == nil { return decide(image, in: round) }
        return memory?.verdict(on: image.values, departed: round.departed?.transaction) {
            decide(image, in: round)
        } ?? .broken
    }

    private func decide(_ image: RowImage, in round: Round) -> Verdict {
        let row = RowInput(new: image.values, old: nil, model: round.model)
        do throws(Problem) {
            let truth = try predicate.evaluate(
                row, in: round.evaluation(for: context, reading: models))
            return truth == true ? .passes : .fails
        } catch {
            return error == .answerAwaited ? .waits : .broken
        }
    }
}
