import CBaseline
import Glibc

/// Finds the end of an HTTP response in bytes that arrive in pieces. Knows what servers of the
/// comparison send and no more: `Content-Length`, or chunks and nothing behind the last one.
@safe
struct ResponseScanner {
    private(set) var status = 0
    /// Bytes of the whole response; nil while unknown.
    private var total: Int?
    private var isChunked = false

    /// Whether the response is complete in the first `count` bytes of the buffer.
    mutating func isComplete(_ start: UnsafePointer<UInt8>, count: Int) -> Bool {
        if total == nil, !isChunked { unsafe readHead(start, count) }
        if let total { return count >= total }
        guard isChunked, count >= 5 else { return false }
        return unsafe memcmp(start + count - 5, "0\r\n\r\n", 5) == 0
    }

    private mutating func readHead(_ start: UnsafePointer<UInt8>, _ count: Int) {
        guard count > 12, let end = unsafe cbaseline_find(start, count, "\r\n\r\n", 4) else {
            return
        }
        let headBytes = unsafe end - UnsafeRawPointer(start) + 4
        for index in 9..<12 { status = status * 10 + Int(unsafe start[index]) - 48 }
        var line = 0
        while line < headBytes {
            let rest = unsafe UnsafeRawPointer(start + line).assumingMemoryBound(to: CChar.self)
            if unsafe strncasecmp(rest, "content-length:", 15) == 0 {
                total = headBytes + Int(unsafe atoll(rest + 15))
                return
            }
            if unsafe strncasecmp(rest, "transfer-encoding:", 18) == 0 { isChunked = true }
            guard let feed = unsafe memchr(rest, 10, headBytes - line) else { break }
            line = unsafe UnsafeRawPointer(feed) - UnsafeRawPointer(start) + 1
        }
        if !isChunked { total = headBytes }  // 204 and the like
    }
}
