import Glibc
import Synchronization

/// A directory of its own for one test, removed with everything in it.
final class TestDirectory {
    let path: String

    struct Unavailable: Error {}

    init() throws {
        var template = Array("/tmp/apus-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Unavailable() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        Self.remove(path)
    }

    /// Writes a file.
    func write(_ name: String, _ bytes: [UInt8]) {
        let descriptor = unsafe open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
        close(descriptor)
    }

    /// Reads a file; empty if there is none.
    func read(_ name: String) -> [UInt8] {
        let descriptor = unsafe open(path + "/" + name, O_RDONLY)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count <= 0 { return all }
            all += buffer.prefix(count)
        }
    }

    private static func remove(_ path: String) {
        if let directory = unsafe opendir(path) {
            while let entry = unsafe readdir(directory) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                    unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                        unsafe String(cString: $0)
                    }
                }
                if name != "." && name != ".." { remove(path + "/" + name) }
            }
            unsafe _ = closedir(directory)
            unsafe _ = rmdir(path)
        } else {
            unsafe _ = unlink(path)
        }
    }
}

/// Counts across tasks.
final class Counter: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }

    @discardableResult
    func next() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}
