import Quotas
import Synchronization

/// The reads of the slow lane that wait, for a thread or for a place, by whose they are: those of
/// one caller in the order in which they began to. Any thread.
final class WaitingSlowReads: Sendable {
    private let lines = Mutex<[Caller: [any ParkedRead]]>([:])

    /// A read waits from now on. The server's own make way for nobody.
    func add(_ read: any ParkedRead) {
        guard read.caller != .server else { return }
        lines.withLock { lines in
            var line = lines[read.caller, default: []]
            line.removeAll { $0 === read }
            line.append(read)
            lines[read.caller] = line
        }
    }

    /// A read waits no longer.
    func remove(_ read: any ParkedRead) {
        lines.withLock { lines in
            guard var line = lines[read.caller] else { return }
            line.removeAll { $0 === read }
            lines[read.caller] = line.isEmpty ? nil : line
        }
    }

    /// Those of a caller.
    func count(of caller: Caller) -> Int { lines.withLock { $0[caller]?.count ?? 0 } }

    /// Takes out the last read of whoever has most of them, to make room for one that has been
    /// added; nil where nobody has more than its caller has with it.
    func takeLast(insteadOf newcomer: any ParkedRead) -> (any ParkedRead)? {
        lines.withLock { lines in
            guard let most = lines.max(by: { $0.value.count < $1.value.count }),
                most.value.count > lines[newcomer.caller]?.count ?? 0
            else { return nil }
            return lines[most.key]?.removeLast()
        }
    }
}
