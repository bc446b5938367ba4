public import Diagnostics
public import Quotas
import Synchronization

/// An answer that has been made as a whole and leaves in parts: what it takes of the server's
/// memory is given back when nobody wants the rest of it.
public final class HeldAnswer: RowStream {
    /// Bytes of a part.
    private static let partBytes = 65_536

    /// Long enough for whoever reads; nobody else is to keep the memory from others.
    public let timeMax = Duration.seconds(120)
    /// All of it.
    public let byteCount: Int?
    private let memory: HeldMemory
    private let rest: Mutex<ArraySlice<UInt8>>

    /// - Parameter memory: What it has taken, of which it keeps as much as it is long.
    public init(_ bytes: [UInt8], _ memory: HeldMemory) {
        _ = memory.cover(bytes.count)
        byteCount = bytes.count
        self.memory = memory
        rest = Mutex(bytes[...])
    }

    /// See ``RowStream``. Waits for nobody.
    public func next() async throws(Problem) -> [UInt8]? {
        rest.withLock { rest in
            let part = rest.prefix(Self.partBytes)
            rest = rest.dropFirst(part.count)
            return part.isEmpty ? nil : Array(part)
        }
    }
}

extension RowsAnswer.Content {
    /// An answer that has been made.
    ///
    /// - Parameter memory: What it has taken; nil for a short one.
    public init(_ body: [UInt8], holding memory: HeldMemory?) {
        guard let memory else {
            self = .bytes(body)
            return
        }
        self = .stream(HeldAnswer(body, memory))
    }
}

extension MemoryShortage {
    /// As what a statement fails with.
    public var databaseError: DatabaseError {
        switch self {
        case .beyondShare: .tooLarge("more memory than one caller may have")
        case .byOthers: .noMemory
        }
    }
}
