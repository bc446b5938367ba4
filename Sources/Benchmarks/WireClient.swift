import CLinux
import Glibc

/// A connected socket to a port of this machine.
func connectToLoopback(port: Int) throws(BenchmarkError) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    if descriptor < 0 { throw .last("socket") }
    var address = sockaddr_in()
    address.sin_family = UInt16(AF_INET)
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe connect(descriptor, $0, size)
        }
    }
    if result != 0 {
        let error = BenchmarkError.last("connect to port \(port)")
        close(descriptor)
        throw error
    }
    var one: Int32 = 1
    unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    return descriptor
}

extension String {
    /// What stands between the first `opening` and the quotation mark that follows.
    func text(after opening: String) -> String? {
        var position = startIndex
        while position < endIndex {
            if self[position...].hasPrefix(opening) {
                return String(
                    self[position...].dropFirst(opening.count).prefix { $0 != "\"" })
            }
            position = index(after: position)
        }
        return nil
    }
}

/// A connection that waits for its answers, for preparations: not measured, not fast.
final class WireClient {
    let wire: Wire

    init(_ server: Server) throws(BenchmarkError) {
        wire = try Wire(to: server)
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        unsafe setsockopt(
            wire.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit,
            socklen_t(MemoryLayout<timeval>.size))
    }

    func send(_ bytes: [UInt8]) throws(BenchmarkError) { try wire.send(bytes) }

    /// Reads until the bytes hold `wanted`, and returns all that came.
    func receive(until wanted: String) throws(BenchmarkError) -> String {
        var text = ""
        while !text.contains(wanted) { text += String(decoding: try receiveSome(), as: UTF8.self) }
        return text
    }

    /// One request and its whole answer.
    func request(
        _ method: String, _ path: String, _ server: Server, authorization: String? = nil,
        body: [UInt8] = [],
        fields: String = ""
    ) throws(BenchmarkError) -> (status: Int, text: String) {
        var head = "\(method) \(path) HTTP/1.1\r\n\(RequestTemplate.fields(server))\(fields)"
        if let authorization { head += "Authorization: \(authorization)\r\n" }
        if !body.isEmpty { head += "Content-Type: application/json\r\n" }
        head += "Content-Length: \(body.count)\r\n\r\n"
        return try answer(to: Array(head.utf8) + body)
    }

    /// Sends a request as it is and reads its whole answer.
    func answer(to request: [UInt8]) throws(BenchmarkError) -> (status: Int, text: String) {
        try send(request)
        var answer: [UInt8] = []
        var scanner = ResponseScanner()
        var isComplete = false
        while !isComplete {
            answer += try receiveSome()
            isComplete = unsafe scanner.isComplete(answer, count: answer.count)
        }
        return (scanner.status, String(decoding: answer, as: UTF8.self))
    }

    private func receiveSome() throws(BenchmarkError) -> ArraySlice<UInt8> {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = try unsafe wire.receive(into: &buffer, count: buffer.count)
        if count == 0 { throw BenchmarkError("no answer for a minute") }
        return buffer[..<count]
    }
}
