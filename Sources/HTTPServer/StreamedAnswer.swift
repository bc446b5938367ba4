import Bytes
import Diagnostics
import HTTP
import Network

/// One answer whose content is made while it is sent: asks for a part when the one before has left,
/// so that never more than two wait for the peer. Confined to the loop's thread.
@safe final class StreamedAnswer {
    private let socket: StreamSocket
    private let stream: ContentStream
    private let delimitation: ResponseEncoder.Delimitation
    /// Of the content, so far.
    private(set) var byteCount = 0
    private var waiting: UnsafeContinuation<Void, Never>?
    private let marks: (high: Int, low: Int)
    /// When the answer has taken too long, however well the peer reads.
    let deadline: UInt64

    init(
        _ stream: ContentStream, _ delimitation: ResponseEncoder.Delimitation,
        on socket: StreamSocket
    ) {
        self.stream = stream
        self.delimitation = delimitation
        self.socket = socket
        deadline = socket.loop.nowMilliseconds + stream.timeMax.wholeMilliseconds
        marks = (socket.highWaterBytes, socket.lowWaterBytes)
        socket.highWaterBytes = HTTPServerLimits.streamedQueueBytesMax
        socket.lowWaterBytes = HTTPServerLimits.streamedQueueBytesMax / 2
    }

    /// Sends all parts, as a task on the loop.
    ///
    /// - Returns: false when the content could not be completed, or nobody is there to read it.
    func send() async -> Bool {
        defer { (socket.highWaterBytes, socket.lowWaterBytes) = marks }
        do throws(IncompleteContent) {
            while let part = try await stream.next() {
                guard socket.isOpen, queue(part) else { return false }
                await waitForRoom()
            }
        } catch {
            return false
        }
        guard socket.isOpen, stream.length.map({ $0 == byteCount }) ?? true else { return false }
        if delimitation == .chunks { socket.send { $0.append(ascii: lastChunk) } }
        return true
    }

    /// The peer has read, or is gone: whoever waits looks again.
    func wake() {
        unsafe waiting?.resume()
        unsafe waiting = nil
    }

    /// False if the parts are more than was promised.
    private func queue(_ part: [UInt8]) -> Bool {
        if part.isEmpty { return true }
        byteCount += part.count
        if let length = stream.length, byteCount > length { return false }
        guard delimitation == .chunks else {
            socket.send(part)
            return true
        }
        socket.send { $0.appendChunkHead(part.count) }
        socket.send(part)
        socket.send { $0.append(ascii: chunkEnd) }
        return true
    }

    private func waitForRoom() async {
        while socket.isOpen, socket.isAboveHighWater {
            await unsafe withUnsafeContinuation { unsafe waiting = $0 }
        }
    }
}

@available(*, unavailable)
extension StreamedAnswer: Sendable {}
