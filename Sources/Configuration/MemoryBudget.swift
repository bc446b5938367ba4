public import Quotas

/// How the memory is shared out that a server aims to stay within
/// (``Settings/Bounds/memoryBytes``). All that a client can make the server keep is in one of these
/// parts; with the defaults, on a machine of two cores:
///
/// | Part | Share | MiB |
/// | --- | --- | --- |
/// | ``makePool()``: bodies, their values, long heads, answers, queues, feeds | 1/4 | 128 |
/// | ``pageCacheBytes``: pages of SQLite | 1/8 | 64 |
/// | ``statementBytes``: long values in statements of SQLite | 1/8 | 64 |
/// | ``changedBytes``: rows that one write changes, until they are told | 1/8 | 64 |
/// | ``untoldBytes``: changes that loops have yet to deliver | 1/32 | 16 |
/// | the program, its threads and what it begins with | | 40 |
/// | 10,000 connections: 2 KiB each, and what each has without asking (4 KiB) | | 60 |
/// | two loops: plans, statements, changes for slow sockets, indexes of bindings | | 40 |
/// | password hashes: 16 MiB for each of two threads | | 32 |
/// | | | 508 |
///
/// Of the pool an encrypted connection takes 48 KiB for OpenSSL during its handshake and 36 KiB
/// afterwards: 3,600 of them fit into the default, half of them from one address. Handshakes that
/// are not done have the half of the pool, and one address as much of it as is left for others.
/// More than two loops take 20 MiB each beyond the sum, and 8 MiB of page cache at least.
///
/// The parts are not full at the same time: page cache fills by reading, the writer's part by
/// writing, and connections that ask for much are told 503 by the pool. `Tests/Hostile` asserts
/// that all attacks together stay within it.
public struct MemoryBudget: Hashable, Sendable {
    /// Bytes of it all.
    public let bytes: Int

    /// Bytes for page cache.
    public var pageCacheBytes: Int { bytes / 8 }
    /// Bytes of long values that statements of SQLite hold while they run.
    public var statementBytes: Int { bytes / 8 }
    /// Bytes of the rows that one write changes.
    public var changedBytes: Int { bytes / 8 }
    /// Bytes of changes that one loop has yet to deliver.
    public var untoldBytes: Int { bytes / 32 }

    /// What is taken by who calls: half of it by one caller, or one site, at the most.
    public func makePool() -> MemoryPool {
        MemoryPool(bytesMax: bytes / 4, perCallerMax: bytes / Self.callers)
    }

    /// Callers whose shares are the whole memory.
    private static let callers = 8

    /// Bytes of memory for each byte of the longest body: so that the share of one caller holds
    /// what is made of it, and some more beside it. A body of many short values takes more.
    public static let bytesPerLargestBodyByte = callers * MemoryPool.bytesPerBodyByte + 1
}

extension Settings {
    /// The memory that the server aims to stay within.
    public var memory: MemoryBudget { MemoryBudget(bytes: limits.memoryBytes) }
}
