import Configuration
import Diagnostics
import Store
import Synchronization
import Work

/// Writes the backups that the settings ask for while the server runs, one after the other on a
/// thread of its own that stands back behind all others, and removes the oldest. Any thread.
final class BackupKeeper: Sendable {
    private struct State {
        var schedule: BackupSchedule
        var counts = Counts()
        var isWriting = false
        var isOver = false
    }

    /// What has been written so far.
    struct Counts {
        var written = 0
        var failed = 0
        /// The last one, also of a server before this: when it was begun, in seconds since 1970,
        /// and its bytes.
        var lastSeconds: Int64 = 0
        var lastBytes = 0
        /// What all have taken.
        var nanoseconds: UInt64 = 0
    }

    private let source: any BackupSource
    private let folder: BackupFolder
    private let kind: BackupKind
    private let keep: Int
    private let log: Log
    private let state: Mutex<State>
    private let pool = WorkerPool(
        name: "backup", threadsMax: 1, niceness: PosixThread.longWorkNiceness
    ) {}
    /// Signalled when one has ended after the keeper was told to stop.
    private let idle = Semaphore()

    /// - Parameter now: The moment of the clock that `look` tells later ones of.
    init(
        _ source: any BackupSource, _ kind: BackupKind, in folder: BackupFolder,
        every interval: Duration, keep: Int, log: Log, at now: UInt64 = monotonicNanoseconds()
    ) {
        self.source = source
        self.folder = folder
        self.kind = kind
        self.keep = keep
        self.log = log
        // Where the folder cannot be read the first backup tells why.
        let last = (try? folder.newest()) ?? nil
        let schedule = BackupSchedule(interval: interval, lastAge: last?.age(), at: now)
        state = Mutex(State(schedule: schedule, counts: Counts(last)))
    }

    /// What has been written so far.
    var counts: Counts { state.withLock(\.counts) }

    /// Whether one is being written.
    var isWriting: Bool { state.withLock(\.isWriting) }

    /// Begins a backup if one is due; to be called each second. Returns at once.
    func look(at now: UInt64 = monotonicNanoseconds()) {
        let begins = state.withLock { state in
            guard !state.isOver, state.schedule.begins(at: now) else { return false }
            state.isWriting = true
            return true
        }
        guard begins else { return }
        pool.post({ [self] in write(after: now) }, refused: { [self] _ in end(false, at: now) })
    }

    private func write(after now: UInt64) {
        let began = monotonicNanoseconds()
        var isWritten = false
        do throws(Problem) {
            try folder.prepare()
            let backup = try source.backUp(to: folder.newPath(nil, kind)) {
                [self] _ throws(Problem) in
                if state.withLock(\.isOver) { throw .stopping }
            }
            isWritten = true
            note(backup, nanoseconds: monotonicNanoseconds() - began)
            let dropped = try folder.drop(keeping: keep)
            if !dropped.isEmpty { log.record(.backupsDropped(paths: dropped)) }
        } catch {
            if error != .stopping { log.record(.backupFailed(problem: error)) }
        }
        end(isWritten, at: now + (monotonicNanoseconds() - began))
    }

    private func note(_ backup: WrittenBackup, nanoseconds: UInt64) {
        let last = Counts((try? folder.newest()) ?? nil)
        state.withLock { state in
            state.counts.written += 1
            state.counts.nanoseconds += nanoseconds
            state.counts.lastSeconds = last.lastSeconds
            state.counts.lastBytes = backup.byteCount
        }
        log.record(
            .backedUp(
                path: backup.path, bytes: backup.byteCount, milliseconds: nanoseconds / 1_000_000))
    }

    private func end(_ isWritten: Bool, at now: UInt64) {
        let isAwaited = state.withLock { state in
            state.schedule.end(at: now, isWritten: isWritten)
            state.isWriting = false
            if !isWritten, !state.isOver { state.counts.failed += 1 }
            return state.isOver
        }
        if isAwaited { idle.signal() }
    }

    /// Ends the one that is being written, which leaves nothing, and begins no other.
    ///
    /// - Parameter time: How long that is waited for: a disk may take its time.
    func stop(within time: Duration) {
        let isWriting = state.withLock { state in
            state.isOver = true
            return state.isWriting
        }
        pool.close()
        if isWriting { idle.wait(until: moment(after: time)) }
        if !self.isWriting { pool.join() }
    }
}

extension BackupKeeper.Counts {
    /// What is known before anything is written.
    fileprivate init(_ last: KeptBackup?) {
        lastSeconds = last?.moment.seconds ?? 0
        lastBytes = last?.byteCount ?? 0
    }

    /// Appends the counts in Prometheus' text format.
    func append(to output: inout [UInt8]) {
        MetricText.single(
            "apus_backups_total", "counter", "Backups that the server has written.", written,
            to: &output)
        MetricText.single(
            "apus_backups_failed_total", "counter", "Backups that it could not write.", failed,
            to: &output)
        MetricText.seconds(
            "apus_backup_seconds_total", "counter", "Time that they have taken.",
            nanoseconds: nanoseconds, to: &output)
        MetricText.single(
            "apus_backup_last_timestamp_seconds", "gauge",
            "When the newest was begun, in seconds since 1970; 0 where there is none.",
            lastSeconds, to: &output)
        MetricText.single(
            "apus_backup_last_bytes", "gauge", "Bytes of the newest.", lastBytes, to: &output)
    }
}

extension Problem {
    /// What ends a backup when the server stops. Nobody is told of it.
    fileprivate static let stopping = Problem(
        code: "stopping", status: 503, message: "The server stops.")
}
