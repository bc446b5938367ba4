import HTTP
import Quotas

/// What one connection makes the server keep: the request that is coming or being worked on, and
/// the output that waits for the peer. Confined to the loop's thread.
struct ConnectionMemory: ~Copyable {
    private var lease: MemoryLease
    /// What is held for the request.
    private var request = 0

    init(_ pool: MemoryPool, for block: AddressBlock) {
        lease = MemoryLease(pool, for: block)
    }

    /// A body of so many bytes, to be kept whole, has been announced or has come.
    ///
    /// - Parameter queued: Bytes of output that wait.
    /// - Throws: 503 when there is no room for it.
    mutating func take(body bytes: Int, queued: Int) throws(HTTPFault) {
        let wanted = bytes * HTTPServerLimits.memoryPerBodyByte
        guard wanted > request else { return }
        guard lease.cover(wanted + queued) else { throw .noMemory }
        request = wanted
    }

    /// The request has been answered, or will never be.
    mutating func endRequest(queued: Int) {
        request = 0
        _ = lease.cover(queued)
    }

    /// Output is queued, or has left.
    ///
    /// - Returns: False when there is no room for it.
    mutating func cover(queued: Int) -> Bool { lease.cover(request + queued) }
}

extension HTTPFault {
    /// 503: the server's memory is taken.
    static let noMemory = HTTPFault(
        status: 503, message: "The server has no memory left for this request; try again.")
}
