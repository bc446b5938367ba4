import Addresses
import HTTP
import Quotas

/// What one connection makes the server keep: the request that is being worked on, and what stands
/// in its buffers: input that is not used yet, and output that waits for the peer. Confined to the
/// loop's thread.
struct ConnectionMemory: ~Copyable {
    private var lease: MemoryLease
    private let pool: MemoryPool
    private let caller: Caller
    /// What is made of the request on other threads.
    private var prepared: HeldMemory?
    /// What OpenSSL keeps.
    private var tls: MemoryLease
    private var tlsBytes: Int
    /// Whether that is what a handshake takes.
    private(set) var isOfHandshake: Bool
    /// What is held for the request.
    private var request = 0
    /// What there was not enough of for what stands in the buffers.
    private(set) var shortage: ShareShortage?
    /// Whether there was no room for it: nothing else is begun until it has left.
    var isShort: Bool { shortage != nil }

    /// - Parameter isSecure: Whether the connection is encrypted.
    init(_ pool: MemoryPool, for block: AddressBlock, isSecure: Bool) {
        self.pool = pool
        caller = .anonymous(block)
        lease = MemoryLease(pool, for: caller)
        tls = MemoryLease(pool, for: caller, step: HTTPServerLimits.tlsMemoryStep)
        tlsBytes = isSecure ? HTTPServerLimits.memoryPerHandshake : 0
        isOfHandshake = isSecure
    }

    /// Takes what the connection itself needs.
    ///
    /// - Returns: False when there is no room for it.
    mutating func takeConnection() -> Bool { tls.cover(tlsBytes) }

    /// The handshake of an encrypted connection is done.
    mutating func endHandshake() {
        isOfHandshake = false
        tlsBytes = HTTPServerLimits.memoryPerTLS
        tls.trim(to: tlsBytes)
    }

    /// A head of so many bytes has come, which is kept until the answer.
    ///
    /// - Throws: 503 when there is no room for it.
    mutating func take(head bytes: Int, buffered: Int) throws(HTTPFault) {
        if bytes <= MemoryLease.freeBytes { return }
        try take(bytes * HTTPServerLimits.memoryPerHeadByte, buffered: buffered)
    }

    /// A body of so many bytes, to be kept whole, has been announced or has come.
    ///
    /// - Throws: 503 when there is no room for it, 413 when there never will be.
    mutating func take(body bytes: Int, buffered: Int) throws(HTTPFault) {
        try take(bytes * MemoryPool.bytesPerBodyByte, buffered: buffered)
    }

    /// The values of a body of so many bytes are about to be told apart.
    ///
    /// - Throws: As for its bytes.
    mutating func take(values count: Int, body bytes: Int, buffered: Int) throws(HTTPFault) {
        try take(
            bytes * MemoryPool.bytesPerBodyByte + count * HTTPServerLimits.memoryPerValue,
            buffered: buffered)
    }

    private mutating func take(_ wanted: Int, buffered: Int) throws(HTTPFault) {
        guard wanted > request else { return }
        if let shortage = lease.take(wanted + buffered) {
            let bytes = tlsBytes + wanted
            throw lease.isBeyondShare(bytes)
                ? .beyondShare(bytes, max: pool.bytesMax(for: caller)) : .noMemory(shortage)
        }
        request = wanted
    }

    /// For what is made of the request on another thread; given back with its answer.
    mutating func forPreparation() -> HeldMemory {
        let memory = prepared ?? HeldMemory(pool, for: caller, beside: tlsBytes + request)
        prepared = memory
        return memory
    }

    /// The request has been answered, or will never be.
    mutating func endRequest(buffered: Int) {
        request = 0
        prepared = nil
        shortage = lease.take(request + buffered)
    }

    /// What stands in the buffers has become more or less.
    ///
    /// - Returns: False when there is no room for it.
    mutating func cover(buffered: Int) -> Bool {
        shortage = lease.take(request + buffered)
        return !isShort
    }

    /// Gives back what is not needed now. Called now and then.
    mutating func trim(buffered: Int) { lease.trim(to: request + buffered) }
}
