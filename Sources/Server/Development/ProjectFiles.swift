import Bytes
import Configuration
import Disk
import Glibc
import HTTP

/// The project's own page: `index.html` of its folder and what lies below `public/`, and nothing
/// else of it, whatever a path or a link says.
struct ProjectFiles: Sendable {
    let folder: String
    /// Files and folders that are never shown.
    let hidden: [String]

    /// Whether there is a page.
    var hasPage: Bool { FileSystem.isFolder(FolderPath.join(folder, Self.index)) == false }

    private static let index = "index.html"
    private static let assets = "public"

    /// The file of a path behind `/app/`, or as for an unknown path.
    func response(to request: Request, _ path: ArraySlice<UInt8>) -> Response {
        guard let name = Self.name(of: path), let place = place(of: name),
            let file = try? OpenFile(place), let tag = Self.tag(of: file)
        else { return GatewayFault.unknownPath.response }
        var response: Response
        if Self.isKnown(tag, in: request.head) {
            response = Response(status: 304)
        } else {
            response = Response(status: 200)
            response.append(field: "Content-Type", MediaType.of(name))
            response.content = .file(FileRange(file))
        }
        response.append(field: "ETag", tag)
        response.append(field: "Cache-Control", ascii: "no-cache")
        response.append(field: "Content-Security-Policy", Self.policy(for: request.head))
        return response
    }

    /// Which file a path means: `index.html` for none. Nil for what could be none of the page's.
    private static func name(of path: ArraySlice<UInt8>) -> String? {
        if path.isEmpty { return index }
        guard let decoded = PercentEncoding.decode(path, plusIsSpace: false),
            UTF8Check.isValid(decoded.span), !decoded.contains(0)
        else { return nil }
        let name = String(decoding: decoded, as: UTF8.self)
        if name == index { return name }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 1, parts[0] == assets, parts.allSatisfy(isPlain) else { return nil }
        return name
    }

    /// Neither empty nor hidden, nor a step upwards.
    private static func isPlain(_ part: Substring) -> Bool { !part.isEmpty && part.first != "." }

    /// Where a file lies, links followed; nil where that is not where the page's files are.
    private func place(of name: String) -> String? {
        let assets = FolderPath.join(folder, Self.assets)
        guard let root = FileSystem.resolved(folder),
            let home = name == Self.index ? root : FileSystem.resolved(assets),
            let place = FileSystem.resolved(FolderPath.join(folder, name)),
            let below = Self.path(of: place, below: root),
            below.split(separator: "/").allSatisfy(Self.isPlain),
            Self.path(of: place, below: home) != nil
        else { return nil }
        let isHidden = hidden.compactMap(FileSystem.resolved).contains {
            $0 == place || Self.path(of: place, below: $0) != nil
        }
        return isHidden ? nil : place
    }

    private static func path(of place: String, below folder: String) -> Substring? {
        place.hasPrefix(folder + "/") ? place.dropFirst(folder.count + 1) : nil
    }

    /// Another one whenever the file was written (RFC 9110 §8.8.3).
    private static func tag(of file: OpenFile) -> String? {
        var status = stat()
        guard unsafe fstat(file.descriptor, &status) == 0 else { return nil }
        let time = status.st_mtim
        let file = String(status.st_ino, radix: 36)
        let parts = [Int(status.st_size), time.tv_sec, time.tv_nsec]
        return "\"\(file)-\(parts.map { String($0, radix: 36) }.joined(separator: "-"))\""
    }

    /// Whether the caller has this version (RFC 9110 §13.1.2).
    private static func isKnown(_ tag: String, in head: RequestHead) -> Bool {
        head.fields("if-none-match").contains { field in
            field.split(separator: ",").contains { part in
                let known = part.drop { $0 == " " }
                return known == "*" || known.hasPrefix(tag) || known.hasPrefix("W/" + tag)
            }
        }
    }

    /// A page's own files and its server, and nothing of the world's. Browsers differ in whether
    /// `self` has sockets.
    private static func policy(for head: RequestHead) -> String {
        let host = LocalCall.host(of: head) ?? "localhost"
        let sockets = host.hasPrefix("[") ? "" : " ws://\(host) wss://\(host)"
        return "default-src 'self'; connect-src 'self'\(sockets); img-src 'self' data: blob:; "
            + "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    }
}

/// What a file holds, told from its name.
enum MediaType {
    static func of(_ name: String) -> String {
        let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        return table[ending] ?? "application/octet-stream"
    }

    private static let table = [
        "avif": "image/avif", "css": "text/css; charset=utf-8", "csv": "text/csv; charset=utf-8",
        "gif": "image/gif", "htm": "text/html; charset=utf-8",
        "html": "text/html; charset=utf-8", "ico": "image/x-icon", "jpeg": "image/jpeg",
        "jpg": "image/jpeg", "js": "text/javascript; charset=utf-8", "json": "application/json",
        "map": "application/json", "md": "text/markdown; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8", "mp3": "audio/mpeg", "mp4": "video/mp4",
        "otf": "font/otf", "pdf": "application/pdf", "png": "image/png",
        "svg": "image/svg+xml", "ttf": "font/ttf", "txt": "text/plain; charset=utf-8",
        "wasm": "application/wasm", "wav": "audio/wav", "webm": "video/webm",
        "webmanifest": "application/manifest+json", "webp": "image/webp", "woff": "font/woff",
        "woff2": "font/woff2", "xml": "application/xml",
    ]
}
