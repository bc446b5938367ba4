import Diagnostics
import Quotas
import Store

/// A read that a loop has no time for now: what is done later, or elsewhere.
protocol LoopRead: Sendable {
    associatedtype Answer: Sendable

    /// Whose share of what is scarce it takes.
    var caller: Caller { get }

    /// Reads on the loop.
    ///
    /// - Throws: `overBudget` for what is to be read on the slow lane.
    func readInline(on reader: SQLiteReader) throws(DatabaseError) -> Answer

    /// Reads on a thread of the slow lane.
    func readSlowly(on reader: SQLiteReader) throws(Problem) -> Answer
}

extension SQLiteReader {
    /// Reads at once, as long as the time of the loop lasts.
    ///
    /// - Parameters:
    ///   - isLong: Whether its statement takes long to be prepared, so that it is not for the loop.
    ///   - inline: Reads on the loop, as the read's own method does.
    ///   - read: Makes the read, which costs more than finding a row by its key should.
    func perform<Read: LoopRead>(
        for caller: Caller, isLong: Bool = false, _ inline: () throws(DatabaseError) -> Read.Answer,
        else read: () -> Read
    ) throws(DatabaseError) -> Reading<Read.Answer> {
        if isLong, slowLane != nil { return try readSlowly(read()) }
        switch loopTime.admission(of: caller) {
        case .now: return try tryInline(for: caller, within: loopTime.readMax, inline, else: read)
        case .briefly(let time):
            return try tryInline(for: caller, within: time, isBrief: true, inline, else: read)
        case .inNextTurn: return try readLater(read())
        }
    }

    private func tryInline<Read: LoopRead>(
        for caller: Caller, within time: UInt64, isBrief: Bool = false,
        _ work: () throws(DatabaseError) -> Read.Answer, else read: () -> Read
    ) throws(DatabaseError) -> Reading<Read.Answer> {
        inline.begin(for: caller, time: time, isBrief: isBrief)
        defer { endInline(for: caller) }
        do throws(DatabaseError) {
            return .done(try work())
        } catch .overBudget {
            if isBrief, inline.slowPace == nil { return try readLater(read()) }
            return try readSlowly(read())
        }
    }

    private func endInline(for caller: Caller) { note(inline.end(on: connection), of: caller) }

    /// Tells the turn what a caller has taken of it, in nanoseconds.
    func note(_ time: UInt64, of caller: Caller) {
        guard time > 0, let turns else { return }
        if loopTime.spent == 0 { turns.atEnd { [self] in endTurn() } }
        loopTime.note(time, of: caller)
        turns.waiting.charge(time, to: caller)
    }

    private func endTurn() {
        loopTime.endTurn()
        turns?.waiting.askForLook()
    }

    // MARK: Later

    private func readSlowly<Read: LoopRead>(
        _ read: Read
    ) throws(DatabaseError) -> Reading<Read.Answer> {
        guard let slowLane else { throw .overBudget }
        return .mustWait(
            slowLane.pending(for: read.caller, noting: inline.slowPace) {
                (reader) throws(Problem) in try read.readSlowly(on: reader)
            })
    }

    private func readLater<Read: LoopRead>(
        _ read: Read
    ) throws(DatabaseError) -> Reading<Read.Answer> {
        guard let waiting = turns?.waiting else { return try readSlowly(read) }
        return .mustWait(
            PendingRead { reply in
                let later = WaitingRead(for: read.caller) { $0.runLater(read, reply) }
                waiting.append(later)
                return { later.withdraw() }
            })
    }

    /// A read that has waited for its turn.
    ///
    /// - Returns: what withdraws it, if it goes on elsewhere.
    private func runLater<Read: LoopRead>(
        _ read: Read, _ reply: @escaping PendingRead<Read.Answer>.Reply
    ) -> WithdrawableSteps.Withdrawal? {
        do throws(DatabaseError) {
            let reading = try tryInline(for: read.caller, within: loopTime.readMax) {
                () throws(DatabaseError) in try read.readInline(on: self)
            } else: {
                read
            }
            switch reading {
            case .done(let answer): reply(.success(answer))
            case .mustWait(let slow): return slow.start(reply)
            }
        } catch {
            reply(.failure(Problem(error)))
        }
        return nil
    }

    /// Runs reads that wait, as long as their part of the turn lasts. Called by the loop when it
    /// was woken for them; the end of the turn asks for another look.
    public func runWaiting() {
        guard let waiting = turns?.waiting else { return }
        waiting.beginLook()
        while loopTime.takesWaiting, let read = waiting.popFirst() {
            let before = loopTime.spent
            read.run(on: self)
            loopTime.noteWaiting(loopTime.spent - before)
        }
    }
}

/// The turns of the loop that a reader lives on.
struct LoopTurns {
    /// Runs a closure on the loop before it sleeps.
    let atEnd: (@escaping () -> Void) -> Void
    /// The reads that wait for another turn.
    let waiting: WaitingReads
}
