import Bytes
public import Diagnostics
import Disk
import Glibc

// A file that its owner alone may read. It is never replaced: new secrets are written to a file of
// their own and linked to the name, which fails when another process was faster. A file that is
// there and cannot be used stops the start, since making new secrets would void every session and
// every key handed out.

extension Secrets {
    /// The name of the file where it lies in the data directory.
    public static let fileName = "secrets.json"

    /// Reads the secrets of a file, or makes it when there is none.
    ///
    /// - Parameter new: what it is made with; asked for only then.
    /// - Throws: `invalid_secrets` with the path and what to do, when the file is readable by
    ///   others or does not hold usable secrets; 58030 when it cannot be read or written.
    public static func loadOrCreate(
        path: String, _ new: @autoclosure () -> Secrets = .generate()
    ) throws(Problem) -> Secrets {
        if let secrets = try load(path: path) { return secrets }
        try FileSystem.makeWhole(path, new().json + [ASCII.lf])
        // Somebody else may have been faster; what stands in the file counts.
        guard let kept = try load(path: path) else {
            throw .secrets("\(path) has vanished")
        }
        return kept
    }

    /// Reads the secrets of a file; nil when there is none.
    ///
    /// - Throws: as `loadOrCreate`.
    public static func load(path: String) throws(Problem) -> Secrets? {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            if errno == ELOOP { throw .secrets("\(path) is a symbolic link") }
            throw .file("open", path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .file("read", path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .secrets("\(path) is not a regular file")
        }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw .secrets(
                "\(path) can be read by other users (mode \(mode))",
                hint: "Run: chmod 600 \(path)")
        }
        let bytesMax = AuthLimits.secretsBytesMax
        guard let bytes = FileSystem.read(descriptor, bytesMax: bytesMax) else {
            throw .file("read", path)
        }
        guard bytes.count <= bytesMax else { throw .secrets("\(path) is too large to be ours") }
        do {
            return try Secrets(json: bytes, from: path)
        } catch {
            var problem = error
            problem.hint = "Restore the file from a backup."
            throw problem
        }
    }
}
