import Store

/// The reads that may keep a snapshot for longer than a turn of a loop: the slow ones, and the
/// answers that leave in parts. Any thread.
final class LastingReads: Sendable {
    let slowLane: SlowLane
    let longReads: LongReads

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

    /// Ends all of them.
    func close() {
        slowLane.close()
        longReads.close()
    }
}
