import Diagnostics

@testable import StoreSQLite

extension WriteQueue {
    /// That of a temporary database.
    convenience init(
        load: WriterLoad, _ adjust: (inout DatabaseConfiguration) -> Void = { _ in }
    ) {
        var configuration = DatabaseConfiguration.temporary
        adjust(&configuration)
        self.init(configuration, load: load)
    }
}

extension WriterTurn {
    /// One of the writer of a temporary database.
    init(at now: UInt64, commitTime: UInt64) {
        self.init(
            at: now, aim: DatabaseConfiguration.temporary.writerTurn.nanoseconds,
            commitTime: commitTime)
    }
}
