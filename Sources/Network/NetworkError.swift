import Diagnostics
import Glibc
import Work

/// What the operating system refused, in terms of what was wanted.
public enum NetworkError: Error, Hashable, Sendable {
    /// Another socket listens on the address already.
    case addressInUse(host: String, port: Int)
    /// No interface of this machine has the address.
    case addressNotAvailable(host: String)
    /// The port is reserved for privileged processes (below 1024).
    case permissionDenied(port: Int)
    /// The host is neither an address nor a name that resolves; `reason` is the resolver's.
    case unresolvable(host: String, reason: String)
    /// A host that stands for every interface, such as `0`, without being written as one that
    /// people know for it.
    case everyInterface(host: String)
    /// A port outside 0…65535.
    case invalidPort(Int)
    /// A path that is empty, holds a NUL, or is longer than the 107 bytes of a Unix socket's.
    case invalidSocketPath(String)
    /// The process or the system has no descriptor left.
    case descriptorsExhausted
    /// A thread could not be started.
    case threadsExhausted
    /// Any other refusal: the C function and its `errno`.
    case system(call: String, code: Int32)

    /// The error of a C function that has just failed, read from `errno`.
    static func last(_ call: String) -> NetworkError {
        let code = errno
        return code == EMFILE || code == ENFILE
            ? .descriptorsExhausted : .system(call: call, code: code)
    }
}

extension NetworkError: CustomStringConvertible {
    /// One sentence that names the thing at fault.
    public var description: String {
        switch self {
        case .addressInUse(let host, let port):
            "Port \(port) on \(host) is in use by another process."
        case .addressNotAvailable(let host):
            "No network interface of this machine has the address \(host)."
        case .permissionDenied(let port):
            "Port \(port) needs privileges this process does not have."
        case .unresolvable(let host, let reason):
            "The host '\(host)' cannot be resolved: \(reason)."
        case .everyInterface(let host):
            "'\(host)' means every network interface here."
        case .invalidPort(let port):
            "\(port) is not a port; ports are 0 to 65535."
        case .invalidSocketPath(let path):
            "'\(path)' cannot be the path of a Unix socket; those have 1 to 107 bytes."
        case .descriptorsExhausted:
            "No file descriptor is left; raise the limit of open files (ulimit -n)."
        case .threadsExhausted:
            PosixThread.refused.message
        case .system(let call, let code):
            "\(call) failed: \(systemMessage(code))."
        }
    }
}
