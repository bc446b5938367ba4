import Network
import PostgresWire

// Reading the log, and deleting what is old from it.

extension ChangeFeed {
    /// Reads the changes behind the place, a page of them, and then the history: whatever has
    /// happened to the log until the page was read stands there. Where nobody listens it reads no
    /// changes, and nothing at all where the newest cut is known.
    func read(_ connection: LentConnection) {
        let tables = listenedTo()
        if tables.isEmpty, !hasFailed(.read), skip() { return ended() }
        let (after, limit) = (place.sequence, pageChanges)
        var page = FeedPlace.Page(tables: tables, newest: place.newest)
        let unit = PostgresUnit(.reads) { [statements] session, unit throws(FormatFault) in
            if !tables.isEmpty {
                session.execute(statements.changes, in: unit, columns: .never) {
                    ChangeStatements.changes(of: tables, after: after, limit: limit, to: &$0)
                }
            }
            session.execute(statements.history, in: unit, columns: .never)
        } completion: { [weak self] result in
            guard let self else { return }
            switch result {
            case .success:
                page.isFull = page.rows.count >= limit
                pageRead(page)
            case .failure(.answerTooLarge) where limit > 1:
                pageChanges = limit / 2
                wanted.insert(.read)
            case .failure(let failure): readFailed(failure)
            }
            ended()
        }
        // Where one change is longer it comes alone.
        if limit > 1 { unit.answerBytesMax = CaptureLimits.pageBytesMax }
        unit.onRow = { step, row in page.add(row, isChange: step == 0 && !tables.isEmpty) }
        connection.submit(unit, within: CaptureLimits.feedTimeout)
    }

    private func pageRead(_ page: FeedPlace.Page) {
        noteSuccess(of: .read)
        readBackOff.reset()
        // Slowly: where rows are long, a page that is too large has been read for nothing.
        pageChanges = min(pageChanges + 1 + pageChanges / 4, CaptureLimits.pageChangesMax)
        if page.isFull { wanted.insert(.read) }
        take(page)
    }

    /// Reads again after a while, on another connection.
    private func readFailed(_ failure: UnitFailure) {
        note(failure, of: .read)
        guard isRunning else { return }
        wanted.insert(.read)
        readPause = pool.loop.schedule(after: readBackOff.next(.backOff)) { [weak self] in
            self?.readPause = nil
            self?.proceed()
        }
        if connection != nil { drop() }
    }

    // MARK: Retention

    /// Deletes changes that are older than they are to be kept, a few at a time between the writes.
    /// To be called each minute.
    public func trim() {
        retention.begin()
        guard isRunning, retention.isDue, !isTrimming else { return }
        isTrimming = true
        trimStep()
    }

    private func trimStep() {
        let step = retention
        let unit = PostgresUnit(.writes) { session, unit throws(FormatFault) in
            session.execute(step.step, in: unit, columns: .never) { step.write(to: &$0) }
        } completion: { [weak self] result in
            guard let self else { return }
            if case .failure(let failure) = result {
                retention.postpone()
                if isRunning { log(.notTrimmed(failure)) }
            }
            guard isRunning, retention.isDue else {
                isTrimming = false
                return
            }
            trimStep()
        }
        unit.onRow = { [weak self] _, row in
            do throws(LogFault) {
                try self?.retention.take(row)
            } catch {
                self?.retention.postpone()
            }
        }
        pool.submit(unit, on: .write, within: CaptureLimits.trimTimeout)
    }
}

extension FeedPlace.Page {
    /// Adds a change, or a row of the history.
    fileprivate mutating func add(_ row: DataRow, isChange: Bool) {
        do throws(LogFault) {
            if isChange {
                rows.append(try CapturedRow(row))
            } else {
                try history.add(row)
            }
        } catch {
            fault = fault ?? error
        }
    }
}
