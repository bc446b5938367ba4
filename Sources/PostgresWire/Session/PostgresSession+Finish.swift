import Bytes

// The end of a unit, and sending it again.

extension PostgresSession {
    /// The server has answered a Sync or a Query.
    mutating func finishUnit(_ status: TransactionStatus) throws(WireFault) -> SessionEvent? {
        switch awaited.first {
        case .synchronized, .queried: break
        case .parsed, .closed, .portalClosed, .bound, .described, .executed, nil:
            throw .unexpectedMessage(type: BackendMessageType.readyForQuery.rawValue)
        }
        guard let unit = units.popFirst() else {
            throw .unexpectedMessage(type: BackendMessageType.readyForQuery.rawValue)
        }
        _ = awaited.popFirst()
        let statusBefore = transactionStatus
        transactionStatus = status
        if mayRepeat(unit), statusBefore == .idle, status == .idle {
            postponed.append(unit)
            if units.last?.isSynchronized ?? true { repeatPostponed() }
            releaseSent()
            return nil
        }
        releaseSent()
        return .finished(unit.id, outcome(of: unit, status))
    }

    /// Without names nothing can be out of date: then once more does no harm.
    private func mayRepeat(_ unit: UnitState) -> Bool {
        guard let failure = unit.failure, failure.isStale, unit.isRepeatable else { return false }
        return !unit.isRepeated || !statements.usesNames
    }

    private func outcome(of unit: UnitState, _ status: TransactionStatus) -> UnitOutcome {
        guard let failure = unit.failure else { return .succeeded(status) }
        let step = failure.step.map { Step(unit: unit.id, index: $0) }
        return failure.isStale
            ? .stale(failure.error, at: step, status) : .failed(failure.error, at: step, status)
    }

    /// Sends again what failed for a statement that was out of date: behind what is in flight, with
    /// the same number.
    mutating func repeatPostponed() {
        guard !postponed.isEmpty else { return }
        for unit in postponed { sendAgain(unit) }
        postponed.removeAll()
    }

    private mutating func sendAgain(_ unit: UnitState) {
        var again = UnitState(
            id: unit.id, kind: .extended, firstByte: outbox.end, firstRecord: records.endIndex,
            firstAwaited: awaited.endIndex)
        again.isRepeated = true
        units.append(again)
        let place = units.endIndex - 1
        for index in 0..<unit.stepCount {
            sendAgain(records[unit.firstRecord + index], step: index, place)
        }
        units[place].stepCount = unit.stepCount
        outbox.bytes.appendSync()
        awaited.append(.synchronized)
        units[place].isSynchronized = true
    }

    /// The same values bound to the statement as it is prepared now.
    private mutating func sendAgain(_ record: StepRecord, step: Int, _ place: Int) {
        let (isNamed, isParsed) = prepare(record.shape, place)
        let bindStart = outbox.end
        let portal = Array(
            outbox.kept((record.bindStart + BackendFrame.headBytes)..<record.valuesStart)
                .prefix { $0 != 0 })
        let head = [0x42, 0, 0, 0, 0] + portal + [0]
        outbox.bytes.append(contentsOf: head)
        outbox.bytes.append(
            contentsOf: isNamed ? record.shape.bindHead : record.shape.unnamedBindHead)
        let valuesStart = outbox.end
        outbox.appendCopy(of: record.valuesStart..<record.bindEnd)
        outbox.bytes.closeMessage(lengthAt: bindStart + 1 - outbox.base)
        let bindEnd = outbox.end
        awaited.append(.bound(step: step, named: isNamed ? record.shape : nil))
        if record.columns.isTold(isParsed: isParsed) { describe(portal, step: step) }
        let runStart = outbox.end
        outbox.appendCopy(of: record.runStart..<record.end)
        awaited.append(.executed(step: step))
        records.append(
            StepRecord(
                shape: record.shape, bindStart: bindStart, valuesStart: valuesStart,
                bindEnd: bindEnd, runStart: runStart, end: outbox.end, columns: record.columns))
    }

    /// Lets go of what no unit needs any more.
    mutating func releaseSent() {
        var byte = outbox.end
        var record = records.endIndex
        for place in units.startIndex..<units.endIndex where units[place].isRepeatable {
            byte = units[place].firstByte
            record = units[place].firstRecord
            break
        }
        for unit in postponed {
            byte = min(byte, unit.firstByte)
            record = min(record, unit.firstRecord)
        }
        records.release(upTo: record)
        outbox.release(upTo: byte)
    }
}
