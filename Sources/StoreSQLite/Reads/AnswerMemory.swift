import Quotas
import SQLite
import Store

/// The memory of an answer while it is made, which the engine and the encoder grow into. Confined
/// to its thread; what it has taken may leave with the answer.
final class AnswerMemory {
    private let pool: MemoryPool
    private var caller: Caller
    /// What is taken; nil while the answer is short.
    private(set) var held: HeldMemory?
    /// Bytes of the answer that there is room for.
    private(set) var bytesMax = DatabaseLimits.heldAnswerBytesMax
    /// Why there is no more.
    private var shortage: MemoryShortage?

    init(_ pool: MemoryPool, for caller: Caller = .server) {
        self.pool = pool
        self.caller = caller
    }

    /// Another answer is made, for whom it is told.
    func begin(for caller: Caller) {
        self.caller = caller
        bytesMax = DatabaseLimits.heldAnswerBytesMax
        shortage = nil
        held = nil
    }

    /// The answer has left, or there is none: what it has taken is its own by now.
    func end() { held = nil }

    /// Makes room for an answer of so many bytes, and some more.
    func cover(_ bytes: Int) throws(DatabaseError) {
        let held = held ?? HeldMemory(pool, for: caller)
        self.held = held
        let wanted = bytes + DatabaseLimits.heldAnswerBytesMax
        shortage = held.cover(wanted * DatabaseLimits.memoryPerAnswerByte)
        if let shortage { throw shortage.databaseError }
        bytesMax = wanted
    }

    /// Lets functions of the statements that follow make no more than there is room for.
    func bound(_ connection: Connection) {
        connection.boundProduced(at: DatabaseLimits.heldAnswerBytesMax) { [self] bytes in
            bytes <= bytesMax || (try? cover(bytes)) != nil
        }
    }

    /// What a statement has failed with, or why there was no room for what it made.
    func error(_ error: DatabaseError) -> DatabaseError {
        if case .tooLarge = error, let shortage { return shortage.databaseError }
        return error
    }
}
