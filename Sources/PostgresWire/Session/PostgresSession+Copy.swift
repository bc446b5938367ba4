import Bytes

// COPY FROM STDIN. Its Sync waits: one that the server reads in copy mode is swallowed.

extension PostgresSession {
    /// Opens a unit of its own for a `COPY … FROM STDIN` without parameters. `copyIn` tells when
    /// data is wanted; ``endCopy(_:)`` or ``failCopy(_:reason:)`` ends the unit. On an error the
    /// session ends it, and what is written to it then goes nowhere.
    public mutating func beginCopy(_ shape: StatementShape) -> UnitID {
        let unit = begin()
        guard phase == .ready else { return unit }
        let place = units.endIndex - 1
        units[place].isRepeatable = false
        units[place].copy = .awaited
        execute(shape, in: unit, columns: .never)
        outbox.bytes.appendFlush()
        return unit
    }

    /// Whether a unit takes COPY data now.
    public func takesCopyData(_ unit: UnitID) -> Bool { copyFormat(of: unit) != nil }

    private func copyFormat(of unit: UnitID) -> ValueFormat? {
        guard phase == .ready, let last = units.last, last.id == unit, !last.isSynchronized,
            case .running(let format) = last.copy
        else { return nil }
        return format
    }

    /// Adds data in the form that the statement asked for, in pieces of any size.
    public mutating func copy(_ bytes: Span<UInt8>, to unit: UnitID) {
        guard takesCopyData(unit) else { return }
        outbox.bytes.append(copyData: bytes)
    }

    /// Adds a row to a binary COPY.
    ///
    /// - Parameter fields: writes as many values as the COPY has columns, in their order. What it
    ///   throws is thrown on, and the row is not sent.
    public mutating func copyRow<Fault: Error>(
        to unit: UnitID, _ fields: (inout FieldWriter) throws(Fault) -> Void
    ) throws(Fault) {
        guard takesCopyData(unit) else { return }
        let start = outbox.end
        outbox.bytes.append(0x64)  // d
        outbox.bytes.append(bigEndian: 0 as Int32)
        outbox.bytes.append(bigEndian: 0 as Int16)
        let count: Int
        do throws(Fault) {
            count = try write(fields)
        } catch {
            outbox.truncate(to: start)
            throw error
        }
        precondition(count <= Int(Int16.max), "a row has at most 1,664 columns")
        let length = start + 1 - outbox.base
        outbox.bytes.overwrite(at: length + 4, bigEndian: Int16(count))
        outbox.bytes.closeMessage(lengthAt: length)
    }

    /// Ends the data, and the unit.
    public mutating func endCopy(_ unit: UnitID) {
        guard let format = copyFormat(of: unit) else { return }
        if format == .binary {
            let tail = BinaryCopy.tail
            outbox.bytes.append(copyData: tail.span)
        }
        outbox.bytes.appendCopyDone()
        finishCopy()
    }

    /// Gives up, and ends the unit: it fails with 57014 and the reason, which holds no NUL.
    public mutating func failCopy(_ unit: UnitID, reason: String) {
        guard takesCopyData(unit) else { return }
        outbox.bytes.append(copyFail: reason)
        finishCopy()
    }

    private mutating func finishCopy() {
        let place = units.endIndex - 1
        units[place].copy = .none
        synchronize(place)
    }

    /// The server wants data.
    mutating func startCopy(_ place: Int, _ format: ValueFormat) throws(WireFault) {
        guard units[place].copy == .awaited else { throw .unexpectedCopy }
        units[place].copy = .running(format)
        if format == .binary {
            let head = BinaryCopy.head
            outbox.bytes.append(copyData: head.span)
        }
    }
}
