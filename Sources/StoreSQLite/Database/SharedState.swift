/// What the threads of one database share: the writer's tells it, or is told by it. Any thread.
struct SharedState: Sendable {
    /// The tables whose changes are captured.
    let tables = CapturedTables()
    /// Who is told of what was committed.
    let publishers = Publishers()
    /// Whether the files are still there.
    let presence = FilePresence()
    /// How busy the writer is.
    let load = WriterLoad()
    /// How long the write-ahead log is.
    let logSize = LogSize()
    /// Where the log is archived, if it is.
    var archive: LogArchive?
    /// What waits in it for an archive, where it is not archived.
    var waiting: WaitingLog?
}
