import CLinux
import Glibc

/// A server that is started, watched and ended by the comparison.
final class Subprocess {
    let processID: pid_t
    private let output: Int32

    /// Starts a program. Its standard output is read here, its standard error goes to `log`.
    init(_ path: String, _ arguments: [String], log: String) throws(BenchmarkError) {
        var pipes: [Int32] = [0, 0]
        if unsafe pipe(&pipes) != 0 { throw .last("pipe") }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
        unsafe posix_spawn_file_actions_addopen(
            &actions, 2, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        unsafe posix_spawn_file_actions_addclose(&actions, pipes[0])
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) }
        unsafe words.append(nil)
        var identifier: pid_t = 0
        let result = unsafe posix_spawnp(&identifier, path, &actions, nil, words, environ)
        for index in unsafe words.indices { unsafe free(words[index]) }
        unsafe posix_spawn_file_actions_destroy(&actions)
        close(pipes[1])
        output = pipes[0]
        processID = identifier
        if result != 0 {
            throw BenchmarkError("\(path): \(unsafe String(cString: strerror(result)))")
        }
    }

    deinit { close(output) }

    /// The rest of the first line of standard output that begins with `prefix`.
    func line(after prefix: String) throws(BenchmarkError) -> String {
        var text = ""
        var byte: UInt8 = 0
        while unsafe read(output, &byte, 1) == 1 {
            if byte != UInt8(ascii: "\n") {
                text.unicodeScalars.append(Unicode.Scalar(byte))
                continue
            }
            if text.hasPrefix(prefix) { return String(text.dropFirst(prefix.count)) }
            text = ""
        }
        throw BenchmarkError("a server ended before it printed '\(prefix)…'; its log says why")
    }

    /// Everything the program prints, when it has ended well.
    func wholeOutput() throws(BenchmarkError) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = unsafe read(output, &buffer, buffer.count), count > 0 {
            bytes += buffer[..<count]
        }
        var status: Int32 = 0
        unsafe waitpid(processID, &status, 0)
        if status != 0 {
            throw BenchmarkError("a command failed: \(String(decoding: bytes, as: UTF8.self))")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Ends the program and waits for it.
    func end() {
        kill(processID, SIGTERM)
        var status: Int32 = 0
        unsafe waitpid(processID, &status, 0)
    }
}
