import Diagnostics
import Store

/// Where a node stands in the log, and what it makes of the pages that it reads from there on: the
/// changes to publish, and what must be said in place of others.
struct FeedPlace: Sendable {
    /// Some changes behind the place, in their order, and the history as it was when they had been
    /// read.
    struct Page {
        /// The tables that were asked for; all changes of others have been left out.
        let tables: Set<String>
        /// The newest change that was known when they were.
        let newest: Int64
        var rows: [CapturedRow] = []
        /// Whether there may be more.
        var isFull = false
        var history = FeedHistory()
        /// What was wrong with a row.
        var fault: LogFault?
    }

    /// What comes of a page.
    struct Outcome {
        var changes: [Change] = []
        var events: [FeedEvent] = []
    }

    /// The history that the place is in.
    private(set) var epoch: String
    /// The number of the last change that was read, or passed over since nobody listens.
    private(set) var sequence: Int64
    /// The number of the newest change that is known to be there.
    private(set) var newest: Int64
    /// The newest cut that is known, of those of this history.
    private var cut: Int64?
    /// The number of the last one that was published, and when it was made.
    private var published: (sequence: Int64, at: Instant)
    private var readers: [String: ImageReader] = [:]
    /// For tables that are fetched anew, the number of the newest change when they were told so:
    /// whoever fetches them has seen what came before.
    private var skipped: [String: Int64] = [:]
    /// The beginning of a transaction whose end has not been read.
    private var held: [Change] = []

    /// Behind a cut.
    init(after cut: Cut) {
        epoch = cut.epoch
        sequence = cut.last
        newest = cut.last
        self.cut = cut.number
        published = (cut.last, cut.madeAt)
    }

    /// Takes over which tables are followed; changes of others are passed over.
    mutating func set(_ models: [CapturedModel]) {
        readers = Dictionary(models.map { ($0.name, ImageReader($0)) }) { $1 }
        skipped = skipped.filter { readers[$0.key] != nil }
    }

    // MARK: Moving on

    /// A cut is known, of a history, and the last change that it or one before it has.
    mutating func take(cut number: Int64, last: Int64, of epoch: String) {
        // Another history is entered with what it says of this one: the next page tells.
        guard epoch == self.epoch else { return cut = nil }
        cut = number
        newest = max(newest, last)
    }

    /// Passes over all that is known, for nobody listens to it; false where a cut is not known yet.
    mutating func skip(to number: Int64) -> Bool {
        guard let cut, number <= cut else { return false }
        sequence = newest
        held = []
        return true
    }

    /// Takes what has become of the history, which comes behind a page.
    ///
    /// - Returns: nil where it goes on, so that the page can be taken; else what must be said in
    ///   place of that.
    mutating func take(_ history: FeedHistory) -> Outcome? {
        // Without an epoch there is no log: it is being made anew.
        guard let current = history.epoch else { return Outcome() }
        // Who has begun to listen hears what comes behind the newest change.
        if history.reset(for: FeedCursor(epoch: epoch, sequence: newest), models: []) != nil {
            return beginAnew(history, current, because: .epoch)
        }
        if epoch != current { cut = nil }
        epoch = current
        newest = history.head
        return nil
    }

    /// Moves on behind a page.
    mutating func take(_ page: Page) -> Outcome {
        var outcome = Outcome()
        // Who was told once that changes are gone is not told again.
        let trimmed = page.tables.filter { table in
            readers[table] != nil
                && page.history.trimmed(table) > max(sequence, skipped[table] ?? 0)
        }
        reset(trimmed.sorted(), because: .trimmed, seen: page.history.head, &outcome)
        if let fault = page.fault {
            var anew = beginAnew(page.history, epoch, because: .unreadable)
            anew.events.insert(.damaged(fault), at: 0)
            return anew
        }
        read(page, &outcome)
        return outcome
    }

    /// Tells that nothing can be read for now; the place stays.
    mutating func take(_ fault: LogFault) -> Outcome {
        var outcome = Outcome(events: [.damaged(fault)])
        reset(readers.keys.sorted(), because: .unreadable, seen: sequence, &outcome)
        return outcome
    }

    // MARK: Resets

    /// Goes on at the end of the log: nothing of what was before can be told.
    private mutating func beginAnew(
        _ history: FeedHistory, _ current: String, because reason: Change.Reset
    ) -> Outcome {
        var outcome = Outcome()
        epoch = current
        sequence = history.head
        newest = history.head
        cut = nil
        published.sequence = history.head
        held = []
        skipped = [:]
        reset(readers.keys.sorted(), because: reason, seen: history.head, &outcome)
        return outcome
    }

    /// - Parameter seen: the last change that whoever fetches the tables has seen then.
    private mutating func reset(
        _ tables: [String], because reason: Change.Reset, seen: Int64, _ outcome: inout Outcome
    ) {
        guard !tables.isEmpty else { return }
        outcome.events.append(.reset(reason, tables: tables))
        for table in tables {
            skipped[table] = seen
            outcome.changes.append(
                Change(
                    reset: reason, of: table, sequence: published.sequence,
                    transaction: published.sequence, committedAt: published.at))
        }
    }

    // MARK: Changes

    private mutating func read(_ page: Page, _ outcome: inout Outcome) {
        // What nobody listens to any more needs no end.
        var changes = page.tables.isEmpty ? [] : held
        held = []
        changes.reserveCapacity(changes.count + page.rows.count)
        // One is enough in what is published together.
        var hasReset: Set<String> = []
        for row in page.rows where row.sequence > skipped[row.table] ?? 0 {
            guard let reader = readers[row.table] else { continue }
            let change = Self.change(row, reader)
            if change.reset == .unreadable, !hasReset.contains(row.table) {
                outcome.events.append(.unreadable(table: row.table, sequence: row.sequence))
            }
            if change.reset != nil, !hasReset.insert(row.table).inserted { continue }
            changes.append(change)
        }
        let last = page.rows.last
        if page.isFull { hold(&changes, ofTransaction: last?.transaction) }
        // Behind the last row are changes of others, as far as they were known.
        let reached = page.isFull ? sequence : page.tables.isEmpty ? newest : page.newest
        sequence = max(last?.sequence ?? sequence, reached)
        if let last = changes.last { published = (last.sequence, last.committedAt) }
        outcome.changes += changes
    }

    /// Keeps back what belongs to a transaction that may go on, unless that is too much.
    private mutating func hold(_ changes: inout [Change], ofTransaction transaction: Int64?) {
        let start = (changes.lastIndex { $0.transaction != transaction } ?? -1) + 1
        guard changes.count - start <= CaptureLimits.togetherChangesMax else { return }
        held = Array(changes[start...])
        changes.removeSubrange(start...)
    }

    private static func change(_ row: CapturedRow, _ reader: ImageReader) -> Change {
        func reset(_ reason: Change.Reset) -> Change {
            Change(
                reset: reason, of: row.table, sequence: row.sequence,
                transaction: row.transaction, committedAt: row.committedAt)
        }
        /// - Parameter decisive: the row whose key is the change's.
        func change(
            _ operation: Change.Operation, _ decisive: RowImage?, _ new: RowImage?, _ old: RowImage?
        ) -> Change {
            guard let decisive else { return reset(.unreadable) }
            return Change(
                sequence: row.sequence, transaction: row.transaction,
                committedAt: row.committedAt, table: row.table, operation: operation,
                key: reader.key(of: decisive), new: new, old: old)
        }
        let new = row.new.flatMap { reader.image($0) }
        let old = row.old.flatMap { reader.image($0) }
        switch row.operation {
        case .insert: return change(.insert, new, new, nil)
        case .update where old == nil: return reset(.unreadable)
        case .update: return change(.update, new, new, old)
        case .delete: return change(.delete, old, nil, old)
        case .truncate: return reset(.truncated)
        case .gap: return reset(.missed)
        }
    }
}
