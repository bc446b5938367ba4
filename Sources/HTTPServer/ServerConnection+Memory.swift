import Bytes
import HTTP
import Network
import Quotas

// What a connection makes the server keep is taken from the pool before it is kept, or refused.

extension ServerConnection {
    /// Bytes that have come and are not used, and that wait for the peer.
    var bufferedBytes: Int { cycle.bufferedCount + socket.queuedBytes }

    /// Whether the peer must read before anything else is done for it.
    var isHeldBack: Bool {
        socket.isAboveHighWater || socket.isBlocked || memory.isShort
    }

    /// What has come of a head or a body, or was sent ahead: chunks do not say how many there will
    /// be, nor heads how long they are. Where there is no room for it the request is refused, and a
    /// peer that does not wait for its answer loses the connection.
    func keepInputWithinMemory() {
        do throws(HTTPFault) {
            if case .held? = admitted?.taker {
                try memory.take(body: cycle.bodyCount, buffered: bufferedBytes)
            }
            var buffered = bufferedBytes
            if case .streamed? = admitted?.taker { buffered += cycle.bodyCount }
            guard memory.cover(buffered: buffered) else { throw .noMemory(memory.shortage) }
        } catch {
            guard cycle.abandon() else { return socket.abort() }
            postponed = nil
            memory.endRequest(buffered: bufferedBytes)
            refuse(error)
            pump()
        }
    }

    /// What is many times its text is so before it is written down.
    func keepValuesWithinMemory(of body: [UInt8]) throws(HTTPFault) {
        guard body.count > MemoryLease.step else { return }
        let count = JSONDocument.valueCountMax(of: body)
        try memory.take(values: count, body: body.count, buffered: bufferedBytes)
    }

    /// Takes an answer back for which there is no room, unless it tells of something done. It is
    /// the connection's last: what was sent ahead would be worked on for nothing as well.
    func keepWithinMemory(_ response: inout Response) {
        guard case .bytes(let body) = response.content, body.count > MemoryLease.freeBytes,
            !memory.cover(buffered: bufferedBytes + body.count),
            let current, current.head.method == .get
        else { return }
        cycle.startDraining(now: now)
        response = server.application.response(
            to: .noMemory(memory.shortage), in: Request(head: current.head, body: []))
    }
}
