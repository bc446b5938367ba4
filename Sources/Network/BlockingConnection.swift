import Diagnostics
import Glibc

/// A TCP connection of a thread that may wait, with or without TLS: for commands. Confined to one
/// thread.
public final class BlockingConnection {
    /// Why there is none, or no more.
    public enum Failure: Error, Hashable, Sendable {
        /// Nobody answers there; the reason is the system's.
        case notReached(reason: String)
        /// TLS failed, most often because the certificate is not accepted.
        case tls(TLSError)
        /// It has ended; the reason is the system's.
        case lost(reason: String)
    }

    private let descriptor: Int32
    private var tls: TLSSession?

    /// Connects, and shakes hands where there is to be TLS.
    ///
    /// - Parameter context: how the server is judged, whose certificate must be for `host`; nil for
    ///   no TLS.
    public init(
        toHost host: String, port: Int, tls context: TLSClientContext? = nil
    ) throws(Failure) {
        descriptor = try Self.connect(toHost: host, port: port)
        guard let context else { return }
        let session: TLSSession
        do throws(TLSError) { session = try .connecting(context, to: host) } catch {
            throw .tls(error)
        }
        tls = session
        try shakeHands(session)
    }

    deinit { closeDescriptor(descriptor) }

    private static func connect(toHost host: String, port: Int) throws(Failure) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard code == 0, unsafe list != nil else {
            let reason = unsafe gai_strerror(code).map { unsafe String(cString: $0) }
            throw .notReached(reason: reason ?? "error \(code)")
        }
        defer { unsafe freeaddrinfo(list) }
        var reason: Int32 = 0
        var entry = unsafe list
        while let candidate = unsafe entry?.pointee {
            let descriptor = unsafe socket(
                candidate.ai_family, candidate.ai_socktype | Int32(SOCK_CLOEXEC.rawValue),
                candidate.ai_protocol)
            if descriptor >= 0 {
                let isConnected = unsafe Glibc.connect(
                    descriptor, candidate.ai_addr, candidate.ai_addrlen)
                if isConnected == 0 { return descriptor }
                reason = errno
                closeDescriptor(descriptor)
            }
            unsafe entry = candidate.ai_next
        }
        throw .notReached(reason: systemMessage(reason))
    }

    private func shakeHands(_ session: TLSSession) throws(Failure) {
        while true {
            let isDone: Bool
            do throws(TLSError) { isDone = try session.shakeHands() } catch {
                // The server is told why.
                try? sendOutput(of: session)
                throw .tls(error)
            }
            try sendOutput(of: session)
            if isDone { return }
            let bytes = try receiveRaw()
            if bytes.isEmpty { throw .tls(.ended) }
            feed(bytes, to: session)
        }
    }

    /// Sends all of it.
    public func send(_ bytes: [UInt8]) throws(Failure) {
        guard let tls else { return try sendRaw(bytes) }
        var sent = 0
        while sent < bytes.count {
            do throws(TLSError) {
                let rest = bytes.span.extracting(sent...)
                sent += try unsafe rest.withUnsafeBytes { rest throws(TLSError) in
                    try unsafe tls.write(rest)
                }
            } catch {
                throw .tls(error)
            }
            try sendOutput(of: tls)
        }
    }

    /// Waits for what comes next; nothing when the peer has ended the connection.
    public func receive() throws(Failure) -> [UInt8] {
        guard let tls else { return try receiveRaw() }
        while true {
            switch try read(from: tls) {
            case .bytes(let bytes): return bytes
            case .ended: return []
            case .needsInput: break
            }
            try sendOutput(of: tls)
            let bytes = try receiveRaw()
            if bytes.isEmpty { return [] }
            feed(bytes, to: tls)
        }
    }

    private enum Decrypted {
        case bytes([UInt8])
        case needsInput
        case ended
    }

    private func read(from tls: TLSSession) throws(Failure) -> Decrypted {
        var block = [UInt8](repeating: 0, count: NetworkLimits.recordBytes)
        do throws(TLSError) {
            var span = block.mutableSpan
            let outcome = try unsafe span.withUnsafeMutableBytes { block throws(TLSError) in
                try unsafe tls.read(into: block)
            }
            switch outcome {
            case .bytes(let count): return .bytes(Array(block.prefix(count)))
            case .needsInput: return .needsInput
            case .ended: return .ended
            }
        } catch {
            throw .tls(error)
        }
    }

    private func feed(_ bytes: [UInt8], to tls: TLSSession) {
        unsafe bytes.withUnsafeBytes { unsafe tls.feed($0) }
    }

    private func sendOutput(of tls: TLSSession) throws(Failure) {
        var output: [UInt8] = []
        tls.takeOutput(into: &output)
        try sendRaw(output)
    }

    private func sendRaw(_ bytes: [UInt8]) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                uninterrupted {
                    unsafe Glibc.send(
                        descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
                }
            }
            guard count > 0 else { throw .lost(reason: systemMessage(errno)) }
            rest = rest.dropFirst(count)
        }
    }

    private func receiveRaw() throws(Failure) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: NetworkLimits.recordBytes)
        let count = unsafe block.withUnsafeMutableBytes { block in
            uninterrupted { unsafe recv(descriptor, block.baseAddress, block.count, 0) }
        }
        guard count >= 0 else { throw .lost(reason: systemMessage(errno)) }
        return Array(block.prefix(count))
    }
}

/// Confined to its thread.
@available(*, unavailable)
extension BlockingConnection: Sendable {}
