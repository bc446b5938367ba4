import Diagnostics
import Store
import Synchronization

/// The reads that may keep a snapshot for longer than a turn of a loop: the slow ones, and the
/// answers that leave in parts. Any thread.
final class LastingReads: Sendable {
    let slowLane: SlowLane
    let longReads: LongReads
    /// Backups that hold a snapshot now.
    private let backups = Atomic(0)

    init(_ configuration: DatabaseConfiguration, path: String, publishers: Publishers) {
        let longReads = LongReads(configuration)
        self.longReads = longReads
        slowLane = SlowLane(configuration) {
            () throws(DatabaseError) in
            if let spare = longReads.takeSpare() { return spare }
            let reader = try Opening.reader(
                path: path, cacheKiB: configuration.slowLaneCacheKiB,
                counts: publishers.counts)
            reader.longReads = longReads
            reader.memory = configuration.memory
            return reader
        }
    }

    /// Has all of them let go of their snapshots soon, and take none until `goOn`. Long answers are
    /// ended and refused. Slow reads are begun again then: they are held first, so that none of
    /// them is refused as it becomes a long answer.
    func makeWay() {
        slowLane.places.hold()
        longReads.pause()
    }

    /// Lets all of them begin again.
    func goOn() {
        longReads.resume()
        slowLane.places.release()
    }

    /// Whether a backup is being copied: it keeps its snapshot to its end, and for nobody else to
    /// make way would help.
    var areHeld: Bool { backups.load(ordering: .relaxed) > 0 }

    /// Has it known that a backup holds a snapshot while `body` runs.
    func holding<R>(_ body: () throws(Problem) -> R) throws(Problem) -> R {
        backups.add(1, ordering: .relaxed)
        defer { backups.subtract(1, ordering: .relaxed) }
        return try body()
    }

    /// Ends all of them.
    func close() {
        slowLane.close()
        longReads.close()
    }
}
