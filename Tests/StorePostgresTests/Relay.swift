import Foundation
import Glibc
import Synchronization
import TestSupport

/// Stands between a client and a server on Unix sockets, and does to the bytes what a test wants.
final class Relay: Sendable {
    enum Manner {
        /// All passes.
        case pass
        /// The client gets each byte by itself.
        case bytewise
        /// What the server says next is thrown away, and the client is cut off.
        case swallow
    }

    /// Its directory, for `host=`.
    let directory: TemporaryDirectory
    private let upstream: String
    private let manner = Mutex(Manner.pass)
    /// Connections so far.
    let accepted = Counter()
    private let isOver = Atomic(false)

    /// Listens, and connects to a socket for each that comes.
    init(to upstream: String, _ manner: Manner = .pass) throws {
        self.upstream = upstream
        directory = try TemporaryDirectory()
        self.manner.withLock { $0 = manner }
        let path = directory.file(".s.PGSQL.5432")
        let listener = try LoopbackListener(path: path)
        let box = Held(listener)
        Thread.detachNewThread { [weak self] in
            while let accepted = try? box.listener.accept() {
                guard let self, !isOver.load(ordering: .relaxed) else { return }
                self.accepted.next()
                guard let server = try? LoopbackSocket(path: upstream) else { continue }
                join(Pair(accepted, server))
            }
        }
    }

    deinit { isOver.store(true, ordering: .relaxed) }

    func set(_ manner: Manner) { self.manner.withLock { $0 = manner } }

    private func join(_ pair: Pair) {
        Thread.detachNewThread {
            Self.pump(from: pair.client.descriptor) { bytes in pair.server.send(bytes) }
            shutdown(pair.server.descriptor, Int32(SHUT_RDWR))
        }
        Thread.detachNewThread { [self] in
            Self.pump(from: pair.server.descriptor) { bytes in answer(bytes, to: pair.client) }
            shutdown(pair.client.descriptor, Int32(SHUT_RDWR))
        }
    }

    private func answer(_ bytes: [UInt8], to client: LoopbackSocket) {
        switch manner.withLock({ $0 }) {
        case .pass: client.send(bytes)
        case .bytewise: for byte in bytes { client.send([byte]) }
        case .swallow:
            set(.pass)
            shutdown(client.descriptor, Int32(SHUT_RDWR))
        }
    }

    private static func pump(from descriptor: Int32, _ send: ([UInt8]) -> Void) {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
            if count == 0 || (count < 0 && errno != EAGAIN) { return }
            if count > 0 { send(Array(chunk[..<count])) }
        }
    }

    /// Unchecked: one thread uses it after it has been made.
    private final class Held: @unchecked Sendable {
        let listener: LoopbackListener
        init(_ listener: LoopbackListener) { self.listener = listener }
    }

    /// Unchecked: each direction of a socket is used by one thread.
    private final class Pair: @unchecked Sendable {
        let client: LoopbackSocket
        let server: LoopbackSocket
        init(_ client: LoopbackSocket, _ server: LoopbackSocket) {
            self.client = client
            self.server = server
        }
    }
}
