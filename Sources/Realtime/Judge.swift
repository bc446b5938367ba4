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
        /// The predicate would take more steps than are left: told as of a broken one.
        case stopped
    }

    private let predicate: CompiledPredicate
    private let context: QueryContext
    private var numbers: (new: UInt64, old: UInt64) = (0, 0)
    private var verdicts: (new: Verdict, old: Verdict) = (.fails, .fails)
    private var memory: DecisionMemory?
    /// The other models that the predicate reads.
    private let models: Set<String>

    /// A judge of rows by `predicate`; `now` of the context is set anew for each change.
    init(_ predicate: CompiledPredicate, context: QueryContext, memory: DecisionMemory? = nil) {
        self.predicate = predicate
        self.context = context
        self.memory = memory
        models = predicate.predicate.inputs.models
    }

    /// The verdict on one image of the round's change; a missing image fails.
    ///
    /// - Parameter steps: counts what it takes to find out, and may end it.
    func verdict(
        on image: ColumnPlace.Image, in round: Round, counting steps: StepCounter? = nil
    ) -> Verdict {
        switch image {
        case .new:
            if numbers.new != round.number {
                numbers.new = round.number
                verdicts.new = evaluate(round.change.new, in: round, steps)
            }
            return verdicts.new
        case .old:
            if numbers.old != round.number {
                numbers.old = round.number
                verdicts.old = evaluate(round.change.old, in: round, steps)
            }
            return verdicts.old
        }
    }

    private func evaluate(
        _ image: RowImage?, in round: Round, _ steps: StepCounter?
    ) -> Verdict {
        guard let image else { return .fails }
        if memory == nil { return decide(image, in: round, steps) }
        return memory?.verdict(on: image.values, departed: round.departed?.transaction) {
            decide(image, in: round, steps)
        } ?? .broken
    }

    private func decide(_ image: RowImage, in round: Round, _ steps: StepCounter?) -> Verdict {
        let row = RowInput(new: image.values, old: nil, model: round.model)
        do throws(Problem) {
            let truth = try predicate.evaluate(
                row, in: round.evaluation(for: context, reading: models), counting: steps)
            return truth == true ? .passes : .fails
        } catch {
            if error == .answerAwaited { return .waits }
            return error == .stepsSpent ? .stopped : .broken
        }
    }
}
