import Foundation
import TestSupport

/// Stands between a client and a server of this machine and alters what the server answers.
final class AlteringRelay: Sendable {
    /// Where clients connect.
    let port: Int

    init(to server: Int, alter: @escaping @Sendable ([UInt8]) -> [UInt8]) throws {
        let listener = try LoopbackListener()
        port = listener.port
        nonisolated(unsafe) let door = listener  // Only the thread below uses it.
        Thread.detachNewThread {
            while let client = try? unsafe door.accept() {
                guard let upstream = try? LoopbackSocket(port: server) else { continue }
                nonisolated(unsafe) let ends = (client, upstream)
                Thread.detachNewThread { unsafe Self.pump(from: ends.0, to: ends.1) { $0 } }
                Thread.detachNewThread { unsafe Self.pump(from: ends.1, to: ends.0, alter) }
            }
        }
    }

    private static func pump(
        from source: LoopbackSocket, to target: LoopbackSocket, _ alter: ([UInt8]) -> [UInt8]
    ) {
        while true {
            let bytes = source.receive()
            if bytes.isEmpty { break }
            target.send(alter(bytes))
        }
        target.finishSending()
    }
}
