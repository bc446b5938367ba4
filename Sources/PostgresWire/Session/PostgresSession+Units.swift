import Bytes

// Sending units.

extension PostgresSession {
    /// Opens a unit. The one before must have been ended, and `ended` not have been told. Its steps
    /// are one implicit transaction, unless one of them is BEGIN.
    public mutating func begin() -> UnitID { open(.extended) }

    private mutating func open(_ kind: UnitState.Kind) -> UnitID {
        precondition(openUnit == nil, "the unit before is still open")
        precondition(phase == .ready || phase == .ending, "the session is over")
        unitCount += 1
        let id = UnitID(number: unitCount)
        units.append(
            UnitState(
                id: id, kind: kind, firstByte: outbox.end, firstRecord: records.endIndex,
                firstAwaited: awaited.endIndex))
        return id
    }

    /// The index of the unit that takes steps.
    private var openUnit: Int? {
        guard let last = units.last, !last.isSynchronized else { return nil }
        return units.endIndex - 1
    }

    /// The index of a unit if it takes steps: it does not any more once it has failed.
    private func place(of unit: UnitID) -> Int? {
        guard phase == .ready, let place = openUnit, units[place].id == unit else { return nil }
        return place
    }

    /// Adds a step: binds values to a statement and runs it.
    ///
    /// - Parameters:
    ///   - portal: a name under which more rows can be asked for later, in a transaction that BEGIN
    ///     opened; without one the portal ends with the step.
    ///   - rowsMax: after so many rows the step is suspended; 0 for all.
    ///   - columns: whether its columns are told.
    ///   - fields: writes as many values as the statement has parameters, in their order. What it
    ///     throws is thrown on; the step is then not sent, and the unit is as before.
    /// - Returns: the step; nil when the unit has failed or is lost, which `next` tells of.
    @discardableResult
    public mutating func execute<Fault: Error>(
        _ shape: StatementShape, in unit: UnitID, portal: String = "", rowsMax: Int32 = 0,
        columns: ColumnsWanted = .whenParsed, _ fields: (inout FieldWriter) throws(Fault) -> Void
    ) throws(Fault) -> Step? {
        guard let place = place(of: unit) else { return nil }
        let (isNamed, isParsed) = prepare(shape, place)
        let bindStart = outbox.end
        outbox.bytes.append(0x42)  // B
        outbox.bytes.append(bigEndian: 0 as Int32)
        outbox.bytes.append(terminated: portal)
        outbox.bytes.append(contentsOf: isNamed ? shape.bindHead : shape.unnamedBindHead)
        let valuesStart = outbox.end
        do throws(Fault) {
            let count = try write(fields)
            precondition(
                count == shape.parameterTypes.count, "a statement wants a value per parameter")
        } catch {
            outbox.truncate(to: bindStart)
            throw error
        }
        outbox.bytes.append(contentsOf: shape.bindTail)
        outbox.bytes.closeMessage(lengthAt: bindStart + 1 - outbox.base)
        let step = units[place].stepCount
        units[place].stepCount += 1
        let bindEnd = outbox.end
        awaited.append(.bound(step: step, named: isNamed ? shape : nil))
        if columns.isTold(isParsed: isParsed) { describe(Array(portal.utf8), step: step) }
        let runStart = outbox.end
        appendRun(portal: portal, rowsMax: rowsMax, step: step)
        records.append(
            StepRecord(
                shape: shape, bindStart: bindStart, valuesStart: valuesStart, bindEnd: bindEnd,
                runStart: runStart, end: outbox.end, columns: columns))
        return Step(unit: unit, index: step)
    }

    /// Adds a step without values.
    @discardableResult
    public mutating func execute(
        _ shape: StatementShape, in unit: UnitID, portal: String = "", rowsMax: Int32 = 0,
        columns: ColumnsWanted = .whenParsed
    ) -> Step? {
        execute(shape, in: unit, portal: portal, rowsMax: rowsMax, columns: columns) { _ in }
    }

    /// Lets `fields` append to the outbox in place; how many values that were.
    mutating func write<Fault: Error>(
        _ fields: (inout FieldWriter) throws(Fault) -> Void
    ) throws(Fault) -> Int {
        var bytes: [UInt8] = []
        swap(&bytes, &outbox.bytes)
        var writer = FieldWriter(appendingTo: bytes)
        bytes = []
        do throws(Fault) {
            try fields(&writer)
        } catch {
            outbox.bytes = writer.finish()
            throw error
        }
        let count = writer.count
        outbox.bytes = writer.finish()
        return count
    }

    /// Asks for a step's columns.
    mutating func describe(_ portal: [UInt8], step: Int) {
        outbox.bytes.appendDescribe(.portal, portal)
        awaited.append(.described(step: step))
    }

    private mutating func appendRun(portal: String, rowsMax: Int32, step: Int) {
        if portal.isEmpty, rowsMax == 0 {
            outbox.bytes.append(ascii: "E\u{0}\u{0}\u{0}\u{9}\u{0}\u{0}\u{0}\u{0}\u{0}")
        } else {
            outbox.bytes.appendExecute(portal: Array(portal.utf8), rowsMax: rowsMax)
        }
        awaited.append(.executed(step: step))
    }

    /// Sends what must come in front of Bind.
    mutating func prepare(
        _ shape: StatementShape, _ place: Int
    ) -> (isNamed: Bool, isParsed: Bool) {
        switch statements.prepare(shape, in: units[place].id) {
        case .none: return (true, false)
        case .parse(let closing):
            for old in closing {
                outbox.bytes.appendClose(.statement, old.name)
                awaited.append(.closed(old))
            }
            outbox.bytes.appendParse(
                name: shape.name, sql: shape.sql, types: shape.parameterTypes)
            awaited.append(.parsed(shape, isNamed: true))
            return (true, true)
        case .unnamed:
            if units[place].unnamed == shape.key { return (false, false) }
            outbox.bytes.appendParse(name: [], sql: shape.sql, types: shape.parameterTypes)
            awaited.append(.parsed(shape, isNamed: false))
            units[place].unnamed = shape.key
            return (false, true)
        }
    }

    /// Adds a step: more rows of a named portal.
    @discardableResult
    public mutating func resume(portal: String, in unit: UnitID, rowsMax: Int32 = 0) -> Step? {
        guard let place = place(of: unit) else { return nil }
        let step = units[place].stepCount
        units[place].stepCount += 1
        units[place].isRepeatable = false
        appendRun(portal: portal, rowsMax: rowsMax, step: step)
        return Step(unit: unit, index: step)
    }

    /// Closes a named portal; one that is not there is no error.
    public mutating func close(portal: String, in unit: UnitID) {
        guard let place = place(of: unit) else { return }
        units[place].isRepeatable = false
        outbox.bytes.appendClose(.portal, Array(portal.utf8))
        awaited.append(.portalClosed)
    }

    /// Ends a unit: its Sync waits to be sent. Without effect on one that has failed before, whose
    /// Sync the session has sent itself.
    public mutating func sync(_ unit: UnitID) {
        guard let place = place(of: unit) else { return }
        precondition(units[place].copy == .none, "a COPY is ended by endCopy or failCopy")
        synchronize(place)
    }

    /// Sends one or several statements as text (Query): their steps are numbered as they are
    /// answered, values come as text. They are one implicit transaction. The text holds no NUL and
    /// no COPY.
    public mutating func query(_ sql: String) -> UnitID {
        let unit = open(.simple)
        guard phase == .ready else { return unit }
        outbox.bytes.appendQuery(sql)
        awaited.append(.queried)
        let place = units.endIndex - 1
        units[place].isSynchronized = true
        units[place].isRepeatable = false
        return unit
    }

    /// Sends the Sync of the open unit, and what waited for that.
    mutating func synchronize(_ place: Int) {
        if units[place].kind == .extended {
            outbox.bytes.appendSync()
            awaited.append(.synchronized)
        }
        units[place].isSynchronized = true
        repeatPostponed()
    }

    /// Takes an open unit back, of which nothing has been taken to be sent: it has never been.
    public mutating func withdraw(_ unit: UnitID) {
        guard let place = place(of: unit) else { return }
        let start = units[place].firstByte
        precondition(outbox.taken <= start, "the unit is on its way")
        skipAnswers(from: units[place].firstAwaited, of: unit)
        records.truncate(to: units[place].firstRecord)
        units.truncate(to: place)
        outbox.truncate(to: start)
        repeatPostponed()
    }
}
