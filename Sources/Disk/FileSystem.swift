import Diagnostics
import Glibc

/// Folders and files on disk.
public enum FileTree {
    /// The names of what is in a folder, in order; nil, and `errno`, if it cannot be listed.
    public static func names(in folder: String) -> [String]? {
        guard let directory = unsafe opendir(folder) else { return nil }
        defer { unsafe _ = closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether a path, links followed, leads to a folder; nil if it leads nowhere.
    static func isFolder(_ path: String) -> Bool? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    /// The bytes of a file; nil if it cannot be read.
    static func contents(of path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count < 0 { return nil }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Makes a file, and the folders it lies in. Never writes over one that is there.
    static func create(_ path: String, _ bytes: [UInt8]) throws(Problem) {
        for (index, byte) in path.utf8.enumerated().dropFirst() where byte == UInt8(ascii: "/") {
            unsafe _ = mkdir(String(decoding: path.utf8.prefix(index), as: UTF8.self), 0o777)
        }
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? .migration("\(path) is there already") : unwritten(path)
        }
        defer { close(descriptor) }
        guard writeAll(bytes, to: descriptor) else { throw unwritten(path) }
    }

    private static func unwritten(_ path: String) -> Problem {
        .migration("\(path) cannot be written: \(systemMessage(errno))")
    }
}
