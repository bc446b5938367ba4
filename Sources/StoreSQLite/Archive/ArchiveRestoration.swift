import Diagnostics
import Disk
import Glibc
import Store

/// Builds a database from an archive as it was when a second began: a copy, and whole transactions
/// on top of it, page by page as a checkpoint would (fileformat2.html §4.3).
struct ArchiveRestoration {
    let folder: ArchiveFolder
    /// The second; nil for the end.
    let moment: Int64?
    private let reporter: CopyReporter

    init(_ folder: String, at moment: Int64?, _ reporter: CopyReporter) {
        self.folder = ArchiveFolder(path: folder)
        self.moment = moment
        self.reporter = reporter
    }

    /// What the database is built from.
    struct Plan {
        let base: ArchiveChain.Base
        /// The second that the first copy of its chain has all of before.
        let first: Int64
        /// The segments behind it, in order, and where their frames are.
        var segments: [(segment: Segment, path: String)] = []

        /// The second of the last transaction, whatever moment is asked for.
        var second: Int64 { segments.last?.segment.second ?? base.second }

        /// What is damaged behind a second, with what can be done.
        fileprivate func problem(_ problem: Problem, after second: Int64) -> Problem {
            second > first ? problem.restorable(until: second) : problem
        }
    }

    // MARK: What it is built from

    /// Finds the copy to begin with, and looks at what follows it.
    ///
    /// - Throws: `not_archived` where the moment is in no chain, `archive_damaged`.
    func plan() throws(Problem) -> Plan {
        let chains = try folder.chains()
        for (place, chain) in chains.enumerated().reversed() {
            let bases = try chain.bases().filter { isBefore($0.second) }
            guard let newest = bases.last else { continue }
            guard let base = try sound(bases) else {
                let before = chains[..<place].last { (try? $0.bases())?.isEmpty == false }
                let problem = Problem.archiveDamaged(
                    newest.path, "its bytes are not those that were written")
                throw try before?.second().map { problem.restorable(until: $0) } ?? problem
            }
            let plan = try plan(chain, from: base)
            try judge(plan, chain, before: chains[(place + 1)...])
            return plan
        }
        var first: ArchiveChain.Base?
        for chain in chains where first == nil { first = try chain.bases().first }
        guard let first else { throw .notArchived("\(folder.path) holds no archive.") }
        throw .notArchived(
            "\(folder.path) begins at \(Instant(seconds: first.second + 1).rfc3339).")
    }

    private func isBefore(_ second: Int64) -> Bool { moment.map { second < $0 } ?? true }

    /// The newest copy that is what was written: those before it take longer, and do as well.
    private func sound(_ bases: [ArchiveChain.Base]) throws(Problem) -> ArchiveChain.Base? {
        for base in bases.reversed() where try ArchiveChain.sum(of: base.path) == base.sum {
            return base
        }
        return nil
    }

    /// Throws where something may have been committed before the moment that is in no chain. Of
    /// the second of its last transaction more may have come, unless the server was stopped then.
    private func judge(
        _ plan: Plan, _ chain: ArchiveChain, before later: ArraySlice<ArchiveChain>
    ) throws(Problem) {
        if moment.map({ $0 <= plan.second }) ?? later.isEmpty { return }
        var end = plan.second
        do throws(Problem) {
            end = max(end, try chain.end() ?? 0)
        } catch {
            throw plan.problem(error, after: end)
        }
        if let moment, moment <= end { return }
        if later.isEmpty { throw Problem.archivedUntil(end, folder.path, from: plan.first) }
        var known: ArchiveChain.Base?
        for chain in later where known == nil { known = try chain.bases().first }
        throw plan.problem(
            Problem.notArchived(
                "\(folder.path) does not know the database between "
                    + "\(Instant(seconds: end).rfc3339) and "
                    + (known.map { Instant(seconds: $0.second + 1).rfc3339 } ?? "now") + "."),
            after: end)
    }

    private func plan(
        _ chain: ArchiveChain, from base: ArchiveChain.Base
    ) throws(Problem) -> Plan {
        var plan = Plan(base: base, first: try chain.bases().first?.second ?? base.second)
        let indexes = try chain.segments().filter { $0 > base.index }
        for (place, index) in indexes.enumerated() {
            let path = chain.segmentPath(index)
            do throws(Problem) {
                guard index == base.index + 1 + place else {
                    let missing = chain.segmentPath(base.index + 1 + place)
                    throw .archiveDamaged(missing, "it is missing")
                }
                let segment = try chain.segment(index)
                if let last = plan.segments.last?.segment, !segment.follows(last) {
                    throw .archiveDamaged(path, "it does not follow the one before")
                }
                plan.segments.append((segment, path))
            } catch {
                // What is asked for may come before it.
                if let moment, moment <= plan.second { return plan }
                throw plan.problem(error, after: plan.second)
            }
            if let moment, plan.second >= moment { return plan }
        }
        return plan
    }

    // MARK: How

    /// Writes the database to `draft`, where nothing is.
    ///
    /// - Returns: the second of the last transaction in it.
    func build(_ plan: Plan, at draft: String) throws(Problem) -> Int64 {
        try FileSystem.copy(plan.base.path, to: draft)
        let descriptor = unsafe open(draft, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file("write", draft) }
        defer { close(descriptor) }
        var second = plan.base.second
        // The one with the last transaction: those before it are wanted to their ends.
        let last = plan.segments.lastIndex { $0.segment.frames(before: moment) > 0 } ?? -1
        let all = plan.segments.prefix(last + 1).reduce(0) { $0 + $1.segment.byteCount }
        var (done, pages) = (0, UInt32(0))
        for (place, (segment, path)) in plan.segments.prefix(last + 1).enumerated() {
            guard reporter.goOn(.copying(bytes: done, of: all)) else { break }
            let range = FileRange(try OpenFile(path))
            let bytes = try range.bytes(segment.headBytes..<segment.byteCount, called: path)
            guard segment.fits(bytes[...]) else {
                throw plan.problem(
                    .archiveDamaged(path, "its bytes are not those that were written"),
                    after: second)
            }
            let count = place == last ? segment.frames(before: moment) : segment.frames
            pages = try apply(bytes, count, of: segment, to: descriptor, called: draft) ?? pages
            second = segment.times.last { isBefore($0.second) }?.second ?? second
            done += segment.byteCount
        }
        if let problem = reporter.problem { throw problem }
        let length = off_t(pages) * off_t(plan.segments.first?.segment.log.pageBytes ?? 0)
        guard pages == 0 || ftruncate(descriptor, length) == 0, fsync(descriptor) == 0 else {
            throw .file("write", draft)
        }
        return second
    }

    /// Writes the pages of frames to their places.
    ///
    /// - Returns: how many pages the database has after the last transaction that ends with one.
    private func apply(
        _ bytes: [UInt8], _ count: Int, of segment: Segment, to descriptor: Int32,
        called draft: String
    ) throws(Problem) -> UInt32? {
        let (frameBytes, pageBytes) = (segment.log.frameBytes, segment.log.pageBytes)
        var pages: UInt32?
        for place in 0..<count {
            let frame = bytes[(place * frameBytes)..<((place + 1) * frameBytes)]
            let head = LogFrame(frame)
            let page = frame.dropFirst(LogFrame.headBytes)
            let written = unsafe page.withUnsafeBytes {
                unsafe pwrite(
                    descriptor, $0.baseAddress, pageBytes, off_t(head.page - 1) * off_t(pageBytes))
            }
            guard written == pageBytes else { throw .file("write", draft) }
            if head.databasePages != 0 { pages = head.databasePages }
        }
        return pages
    }
}

extension Segment {
    /// Whether it begins where another one ends, or with a log that does.
    fileprivate func follows(_ other: Segment) -> Bool {
        log.salt == other.log.salt
            ? before == other.last && log.sum == other.end : before == 0
    }
}

extension Problem {
    /// What is asked for is not in the archive.
    fileprivate static func notArchived(_ message: String) -> Problem {
        Problem(
            code: "not_archived", status: 500, message: message,
            hint: "Nothing was changed. 'apus restore --list' shows what can be restored.")
    }

    /// The moment is beyond all that is known.
    ///
    /// - Parameter first: the second that the first copy has all of before.
    fileprivate static func archivedUntil(
        _ second: Int64, _ folder: String, from first: Int64
    ) -> Problem {
        var problem = Problem.notArchived(
            "\(folder) has all that was committed until \(Instant(seconds: second).rfc3339), "
                + "and is not known to have what came then.")
        if second > first { problem = problem.restorable(until: second) }
        problem.hint =
            (problem.hint ?? "")
            + " After a crash the server archives the rest when it is started again. 'apus "
            + "restore \(folder)', without --at, restores what is there."
        return problem
    }

    /// The same, with what can be done.
    fileprivate func restorable(until second: Int64) -> Problem {
        Problem(
            code: code, status: status, message: message,
            hint: "Nothing was changed. All up to that can be restored: --at "
                + Instant(seconds: second).rfc3339)
    }
}
