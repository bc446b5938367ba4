/// How many rows are sent at once: as many as take a turn of the server's writer, about.
struct ChunkSize {
    private(set) var rows = ImportLimits.firstChunkRows

    /// Fits it to the time that a chunk has taken. One that was refused says nothing: it may have
    /// ended at its first row.
    mutating func fit(to time: Duration) {
        if time > ImportLimits.chunkTime * 2 {
            rows = max(1, rows / 2)
        } else if time < ImportLimits.chunkTime {
            rows = min(ImportLimits.chunkRowsMax, rows + rows / 2 + 1)
        }
    }
}
