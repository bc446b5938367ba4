import CLinux
import Glibc

/// Whose URLs and bodies a server understands.
enum Dialect: String, CaseIterable, Sendable {
    case apus
    case pocketbase
}

/// A server under measurement, on 127.0.0.1.
struct Server: Sendable {
    var port: Int
    /// 0 if unknown; CPU time is not measured then.
    var processID: pid_t
    var key: String
    /// The access token of whose rows are asked for; empty where nobody is signed in.
    var token = ""
    var dialect: Dialect
    /// Whether it speaks TLS.
    var isSecure = false

    /// The port of `http://127.0.0.1:PORT` or `https://…`, with or without a path.
    static func port(of url: String) throws(BenchmarkError) -> Int {
        let scheme = ["http://", "https://"].first { url.hasPrefix($0) } ?? ""
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        guard let colon = authority.lastIndex(of: ":"),
            let port = Int(authority[authority.index(after: colon)...])
        else { throw BenchmarkError("'\(url)' is not like http://127.0.0.1:54321", exitCode: 2) }
        return port
    }

    /// CPU time of all threads of the process so far, in microseconds.
    func cpuMicroseconds() -> Int { processorMicroseconds(of: processID) }

    /// Resident memory in kilobytes, from `VmRSS` of proc_pid_status(5).
    func residentKilobytes() -> Int {
        guard let file = unsafe fopen("/proc/\(processID)/statm", "r") else { return 0 }
        defer { unsafe fclose(file) }
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe fgets(&buffer, Int32(buffer.count), file) != nil else { return 0 }
        let text = String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * sysconf(Int32(_SC_PAGESIZE)) / 1024
    }
}

/// CPU time of all threads of a process so far, in microseconds: utime and stime of
/// proc_pid_stat(5), whose unit is the clock tick. 0 for a process that there is not.
func processorMicroseconds(of process: pid_t) -> Int {
    guard process > 0, let file = unsafe fopen("/proc/\(process)/stat", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var buffer = [CChar](repeating: 0, count: 4096)
    guard unsafe fgets(&buffer, Int32(buffer.count), file) != nil else { return 0 }
    let text = String(
        decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // The second field, the command, is in parentheses and may hold anything.
    guard let end = text.lastIndex(of: ")") else { return 0 }
    let fields = text[end...].split(separator: " ")
    guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else {
        return 0
    }
    return (user + system) * (1_000_000 / sysconf(Int32(_SC_CLK_TCK)))
}
