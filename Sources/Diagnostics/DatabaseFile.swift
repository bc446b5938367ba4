/// The files that an open database consists of.
public enum DatabaseFile: CaseIterable, Sendable {
    case database
    /// The write-ahead log.
    case log
    /// The index of the log, which every process that has the database open shares
    /// (walformat.html#the_wal_index_file_format).
    case logIndex
    /// What keeps a second server out.
    case lock
}
