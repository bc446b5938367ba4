import Store

/// The reads that may keep a snapshot for longer than a turn of a loop: the slow ones, and the
/// answers that leave in parts. Any thread.
final class LastingReads: Sendable {
    let slowLane: SlowLane
    let longReads: LongReads

    init(
        _ configuration: DatabaseConfiguration, path: String, tables: CapturedTables,
        publishers: Publishers
    ) {
        let longReads = LongReads(configuration)
        self.longReads = longReads
        slowLane = SlowLane(configuration) {
            () throws(DatabaseError) in
            if let spare = longReads.takeSpare() { return spare }
            let reader = try Opening.reader(
                path: path, cacheKiB: configuration.slowLaneCacheKiB, tables: tables,
                counts: publishers.counts)
            reader.longReads = longReads
            reader.memory = configuration.memory
            return reader
        }
    }

    /// Has all of them let go of their snapshots soon, and take none. Long answers are ended, and
    /// refused until `goOn`. Slow reads are begun again then, or by `beginSlowReads`.
    func makeWay() {
        longReads.pause()
        slowLane.places.hold()
    }

    /// Lets slow reads begin again.
    func beginSlowReads() { slowLane.places.release() }

    /// Lets all of them begin again.
    func goOn() {
        longReads.resume()
        beginSlowReads()
    }

    /// Ends all of them.
    func close() {
        slowLane.close()
        longReads.close()
    }
}
