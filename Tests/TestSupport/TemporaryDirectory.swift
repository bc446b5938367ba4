public import Foundation

/// A directory of its own for one test, for its owner alone. It is removed, with everything in it,
/// when the last reference goes: a test keeps it as long as it uses the path.
public final class TemporaryDirectory: Sendable {
    /// Where it is.
    public let url: URL

    /// Where it is.
    public var path: String { url.path }

    /// Makes the directory.
    public init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The file called `name` in it, or below it.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes over a file, or makes it and the folders that lead to it; its path.
    @discardableResult
    public func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path
    }

    /// Writes over a file, or makes it and the folders that lead to it; its path.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    /// Cuts a file off behind so many bytes.
    public func shorten(_ name: String, to byteCount: UInt64) throws {
        let handle = try FileHandle(forWritingTo: url.appending(path: name))
        try handle.truncate(atOffset: byteCount)
        try handle.close()
    }

    /// The bytes of a file; empty if there is none.
    public func read(_ name: String) -> [UInt8] {
        FileManager.default.contents(atPath: file(name)).map(Array.init) ?? []
    }
}
