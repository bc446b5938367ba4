public import Glibc

// What every call of the operating system needs, whoever makes it.

/// Repeats a call for as long as a signal interrupts it (`EINTR`); the only place that does.
///
/// A call with a time limit gets the whole of it again.
@inlinable @inline(__always)
public func uninterrupted<Result: FixedWidthInteger & SignedInteger>(
    _ call: () -> Result
) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}

/// Writes all bytes to a descriptor, however long that takes; false when it takes no more, for the
/// reason in `errno`. Another process that has it open may have made it one that does not block.
public func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { rest in
            uninterrupted { unsafe write(descriptor, rest.baseAddress, rest.count) }
        }
        if count < 0, errno == EAGAIN {
            var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = uninterrupted { unsafe poll(&request, 1, -1) }
            continue
        }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
    }
    return true
}

/// The system's words for an `errno` value.
public func systemMessage(_ code: Int32) -> String {
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
}
