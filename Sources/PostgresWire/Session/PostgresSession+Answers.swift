// What the server answers once the session is ready.

extension PostgresSession {
    /// Reads an answer, which must be the one that is awaited.
    mutating func takeAnswer(_ frame: BackendFrame) throws(WireFault) -> SessionEvent? {
        switch frame.type {
        case .error:
            try takeError(try ServerError(parsing: bytes(frame.body), of: .error))
            return nil
        case .readyForQuery:
            return try finishUnit(try TransactionStatus(parsing: bytes(frame.body)))
        case .parseComplete, .bindComplete, .closeComplete, .noData, .rowDescription:
            return try takePreparation(frame)
        case .dataRow, .commandComplete, .emptyQuery, .portalSuspended, .copyIn, .copyOut,
            .copyData, .copyDone:
            return try takeRun(frame)
        case .authentication, .backendKeyData, .copyBoth, .negotiateProtocolVersion, .notice,
            .notification, .parameterDescription, .parameterStatus:
            throw unexpected(frame)
        }
    }

    private func unexpected(_ frame: BackendFrame) -> WireFault {
        .unexpectedMessage(type: frame.type.rawValue)
    }

    /// The index of the unit that is being answered.
    private var answering: Int { units.startIndex }

    private func step(_ index: Int) -> Step { Step(unit: units[answering].id, index: index) }

    // MARK: Parse, Bind, Describe, Close

    private mutating func takePreparation(
        _ frame: BackendFrame
    ) throws(WireFault) -> SessionEvent? {
        guard let expected = awaited.first else { throw unexpected(frame) }
        switch (expected, frame.type) {
        case (.parsed(let shape, let isNamed), .parseComplete):
            if isNamed { statements.confirmParse(shape, by: units[answering].id) }
        case (.closed(let shape), .closeComplete): statements.confirmClose(shape)
        case (.bound, .bindComplete), (.portalClosed, .closeComplete), (.described, .noData): break
        case (.described(let index), .rowDescription):
            _ = awaited.popFirst()
            return try tellColumns(index, frame)
        case (.queried, .rowDescription):
            return try tellColumns(units[answering].answeredCount, frame)
        case (.parsed, _), (.bound, _), (.closed, _), (.portalClosed, _), (.described, _),
            (.executed, _), (.synchronized, _), (.queried, _):
            throw unexpected(frame)
        }
        _ = awaited.popFirst()
        return nil
    }

    private mutating func tellColumns(
        _ index: Int, _ frame: BackendFrame
    ) throws(WireFault) -> SessionEvent {
        units[answering].isRepeatable = false
        _ = try [ResultColumn](parsing: bytes(frame.body))
        return .columns(step(index), frame.body)
    }

    // MARK: Execute and Query

    private mutating func takeRun(_ frame: BackendFrame) throws(WireFault) -> SessionEvent? {
        guard let index = runningStep() else { throw unexpected(frame) }
        let step = step(index)
        units[answering].isRepeatable = false
        switch frame.type {
        case .dataRow:
            guard DataRow.isValid(bytes(frame.body)) else {
                throw .malformed(type: frame.type.rawValue)
            }
            return .row(step, frame.body)
        case .commandComplete:
            let tag = try CommandTag(parsing: bytes(frame.body))
            endStep()
            return .completed(step, tag)
        case .emptyQuery:
            endStep()
            return .completed(step, .empty)
        case .portalSuspended:
            endStep()
            return .suspended(step)
        case .copyIn:
            let format = try CopyFormat(parsing: bytes(frame.body), of: .copyIn)
            try startCopy(answering, format.format)
            return .copyIn(step, format)
        case .copyOut:
            units[answering].copy = .receiving
            return .copyOut(step, try CopyFormat(parsing: bytes(frame.body), of: .copyOut))
        case .copyData, .copyDone:
            guard units[answering].copy == .receiving else { throw unexpected(frame) }
            if frame.type == .copyData { return .copyData(step, frame.body) }
            units[answering].copy = .none
            return nil
        case .authentication, .backendKeyData, .bindComplete, .closeComplete, .copyBoth, .error,
            .negotiateProtocolVersion, .noData, .notice, .notification, .parameterDescription,
            .parameterStatus, .parseComplete, .readyForQuery, .rowDescription:
            throw unexpected(frame)
        }
    }

    /// Drops a row that is too long as it comes; nil where that is not what is wrong.
    mutating func skipRow(_ fault: SessionFault) -> SessionEvent? {
        let row = BackendMessageType.dataRow.rawValue
        guard case .wire(.messageTooLong(let byteCount, type: row)) = fault, phase == .ready,
            let index = runningStep()
        else { return nil }
        units[answering].isRepeatable = false
        inbox.skip(1 + byteCount)
        return .rowTooLong(step(index), byteCount: byteCount)
    }

    /// The step whose results come.
    private func runningStep() -> Int? {
        switch awaited.first {
        case .executed(let index): index
        case .queried: units[answering].answeredCount
        case .parsed, .bound, .closed, .portalClosed, .described, .synchronized, nil: nil
        }
    }

    /// A step has been answered to its end.
    private mutating func endStep() {
        if case .queried = awaited.first {
            units[answering].answeredCount += 1
            return
        }
        _ = awaited.popFirst()
        // A COPY that the server did not take for one: nobody will end it.
        if units[answering].copy == .awaited {
            units[answering].copy = .none
            synchronize(answering)
        }
    }

    // MARK: Errors

    private mutating func takeError(_ error: ServerError) throws(WireFault) {
        if error.endsSession { return end(.server(error)) }
        guard !units.isEmpty, let expected = awaited.first else {
            throw .unexpectedMessage(type: BackendMessageType.error.rawValue)
        }
        let isStale = noteStaleStatement(error, expected)
        // A second error comes at the Sync when closing the transaction fails too.
        if units[answering].failure == nil {
            units[answering].failure = UnitState.Failure(
                error: error, step: failedStep(expected), isStale: isStale)
        }
        skipToSync()
        if !units[answering].isSynchronized {
            units[answering].copy = .none
            synchronize(answering)
        }
    }

    /// Keeps the cache in step when an error tells that it is not; whether it does.
    private mutating func noteStaleStatement(_ error: ServerError, _ expected: Awaited) -> Bool {
        switch expected {
        case .bound(_, let named):
            guard let shape = named else { return false }
            // Raised by a Bind, this is "cached plan must not change result type": nothing else
            // that is not supported can come so early.
            if error.sqlState == .featureNotSupported {
                statements.discard(shape)
                return true
            }
            guard error.sqlState == .invalidStatementName else { return false }
        case .parsed(_, let isNamed):
            guard isNamed, error.sqlState == .duplicatePreparedStatement else { return false }
        case .closed, .portalClosed, .described, .executed, .synchronized, .queried:
            return false
        }
        // A name that we gave is gone, or one that we did not give is taken: we are given other
        // servers in between.
        if statements.usesNames { mustTellOfNames = true }
        statements.stopUsingNames()
        return true
    }

    private func failedStep(_ expected: Awaited) -> Int? {
        switch expected {
        case .bound(let index, _), .described(let index), .executed(let index): index
        case .parsed, .closed: nextBoundStep()
        case .queried: units[answering].answeredCount
        case .portalClosed, .synchronized: nil
        }
    }

    /// The step that a Parse or Close was sent for.
    private func nextBoundStep() -> Int? {
        for place in awaited.startIndex..<awaited.endIndex {
            if case .bound(let index, _) = awaited[place] { return index }
        }
        return nil
    }

    /// The server skips all up to the Sync: what is skipped has not happened.
    private mutating func skipToSync() {
        while let expected = awaited.first {
            switch expected {
            case .synchronized, .queried: return
            case .parsed, .closed, .bound, .described, .executed, .portalClosed: break
            }
            skip(expected, of: units[answering].id)
            _ = awaited.popFirst()
        }
    }

    /// What a unit awaits from a place on will not come.
    mutating func skipAnswers(from place: Int, of unit: UnitID) {
        for index in place..<awaited.endIndex { skip(awaited[index], of: unit) }
        awaited.truncate(to: place)
    }

    private mutating func skip(_ expected: Awaited, of unit: UnitID) {
        switch expected {
        case .parsed(let shape, let isNamed):
            if isNamed { statements.skipParse(shape, by: unit) }
        case .closed(let shape): statements.skipClose(shape)
        case .bound, .described, .executed, .portalClosed, .synchronized, .queried: break
        }
    }
}
