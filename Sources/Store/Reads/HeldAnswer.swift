public import Diagnostics
public import Quotas
import Synchronization

/// An answer that has been made as a whole and leaves in parts: what it takes of the server's
/// memory is given back when nobody wants the rest of it.
public final class HeldAnswer: RowStream {
    /// Bytes of a part.
    public static let partBytes = 65_536

    /// Long enough for whoever reads; nobody else is to keep the memory from others.
    public let timeMax = Duration.seconds(120)
    /// All of it.
    public let byteCount: Int?
    private let memory: HeldMemory
    private let rest: Mutex<Rest>

    private struct Rest {
        /// What is being sent.
        var bytes: ArraySlice<UInt8>
        /// What follows, the next one last: each is let go of when it has been sent.
        var following: [[UInt8]]
    }

    /// - Parameters:
    ///   - parts: What stands before `bytes`, in order.
    ///   - memory: What it has taken, of which it keeps as much as it is long.
    public init(_ bytes: [UInt8], behind parts: [[UInt8]] = [], _ memory: HeldMemory) {
        let byteCount = parts.reduce(bytes.count) { $0 + $1.count }
        _ = memory.cover(byteCount)
        self.byteCount = byteCount
        self.memory = memory
        rest = Mutex(Rest(bytes: [], following: [bytes] + parts.reversed()))
    }

    /// See ``RowStream``. Waits for nobody.
    public func next() async throws(Problem) -> [UInt8]? {
        rest.withLock { rest in
            while rest.bytes.isEmpty, let next = rest.following.popLast() {
                rest.bytes = next[...]
            }
            let part = rest.bytes.prefix(Self.partBytes)
            rest.bytes = rest.bytes.dropFirst(part.count)
            return part.isEmpty ? nil : Array(part)
        }
    }
}

extension RowsAnswer.Content {
    /// An answer that has been made.
    ///
    /// - Parameters:
    ///   - parts: What stands before the body's last bytes, in order.
    ///   - memory: What it has taken; nil for a short one, and for the server's own.
    public init(
        _ body: [UInt8], behind parts: [[UInt8]] = [], holding memory: HeldMemory?
    ) {
        guard let memory else {
            self = .bytes(parts.isEmpty ? body : parts.flatMap(\.self) + body)
            return
        }
        self = .stream(HeldAnswer(body, behind: parts, memory))
    }
}

extension MemoryShortage {
    /// As what a statement fails with.
    public var databaseError: DatabaseError {
        switch self {
        case .beyondShare: .tooLarge("more memory than one caller may have")
        case .byCaller, .byOthers: .noMemory
        }
    }
}
