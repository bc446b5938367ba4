import Bytes
public import Diagnostics
import Disk
import Glibc

// secrets.json: {"jwt_secret":"…","anon_key":"…","service_role_key":"…"}, readable by its owner
// alone.
//
// It is never replaced: new secrets are written to a file of their own and linked to the name,
// which fails when another process was faster. A file that is there and cannot be used stops the
// start, since making new secrets would void every session and every key handed out.

extension Secrets {
    /// The name of the file in the data directory.
    public static let fileName = "secrets.json"

    /// Reads the secrets of a data directory, or makes and keeps new ones when it has none.
    ///
    /// - Throws: `invalid_secrets` with the path and what to do, when the file is readable by
    ///   others or does not hold usable secrets; 58030 when it cannot be read or written.
    public static func loadOrCreate(
        directory: String, now: Instant = .now
    ) throws(Problem) -> Secrets {
        let path = directory + "/" + fileName
        if let secrets = try load(directory: directory) { return secrets }
        let secrets = generate(now: now)
        try FileSystem.makeWhole(path, secrets.fileBytes)
        // Somebody else may have been faster; what stands in the file counts.
        guard let kept = try load(directory: directory) else {
            throw .secrets("\(path) has vanished")
        }
        return kept
    }

    /// Reads the secrets of a data directory; nil when it has none.
    ///
    /// - Throws: as `loadOrCreate`.
    public static func load(directory: String) throws(Problem) -> Secrets? {
        let path = directory + "/" + fileName
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
        return try parse(bytes, path)
    }

    private static func parse(_ bytes: [UInt8], _ path: String) throws(Problem) -> Secrets {
        let root: JSONValue
        do {
            root = try JSONDocument(parsing: bytes, depthMax: 4).root
        } catch {
            throw .secrets("\(path) is not JSON: \(error.message) at byte \(error.offset)")
        }
        guard let secret = root["jwt_secret"]?.string, let anon = root["anon_key"]?.string,
            let service = root["service_role_key"]?.string
        else {
            throw .secrets(
                "\(path) must hold the texts jwt_secret, anon_key and service_role_key",
                hint: "Restore the file from a backup. Deleting it makes new secrets and signs "
                    + "everybody out.")
        }
        do {
            return try Secrets(jwtSecret: secret, anonKey: anon, serviceRoleKey: service)
        } catch {
            throw Problem(
                code: error.code, status: error.status, message: "\(path): \(error.message)")
        }
    }

    private var fileBytes: [UInt8] {
        let file: JSON = [
            "jwt_secret": .string(jwtSecret), "anon_key": .string(anonKey),
            "service_role_key": .string(serviceRoleKey),
        ]
        return file.bytes + [ASCII.lf]
    }
}
