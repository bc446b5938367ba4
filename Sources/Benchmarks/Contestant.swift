import CLinux
import Glibc

/// A server of the comparison, prepared once: its files with the rows in them lie in `seed`.
protocol Contestant {
    /// What the table calls it.
    var name: String { get }
    var seed: String { get }

    /// Starts the server on a copy of the seed. The process is the caller's to end.
    func start(in directory: String) throws(BenchmarkError) -> RunningServer
}

struct RunningServer {
    var server: Server
    var process: Subprocess
}

/// Files and ports of the contestants.
enum Place {
    static func makeDirectory(_ path: String) throws(BenchmarkError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += made.isEmpty || made == "/" ? String(part) : "/\(part)"
            if unsafe mkdir(made, 0o700) != 0, errno != EEXIST { throw .last(made) }
        }
    }

    static func copy(_ source: String, to target: String) throws(BenchmarkError) {
        try remove(target)
        _ = try Subprocess("cp", ["-a", source, target], log: "/dev/null").wholeOutput()
    }

    static func remove(_ directory: String) throws(BenchmarkError) {
        _ = try Subprocess("rm", ["-rf", directory], log: "/dev/null").wholeOutput()
    }

    static func write(_ text: String, to path: String) throws(BenchmarkError) {
        guard let file = unsafe fopen(path, "w") else { throw .last(path) }
        defer { unsafe fclose(file) }
        unsafe fputs(text, file)
    }

    /// A port that was free a moment ago, for a server that cannot choose one.
    static func freePort() throws(BenchmarkError) -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = UInt16(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(descriptor, address, size) == 0
                    ? getsockname(descriptor, address, &size) : -1
            }
        }
        if result != 0 { throw .last("bind") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
