import Bytes
public import Configuration
import Disk

/// A file of `Schemas/` or `Migrations/` as it was read, to tell what a later save has changed.
public struct SchemaSource: Sendable {
    /// The path below `Schemas/`: `models/posts.json`; of a migration file with its folder's name.
    public let name: String
    /// When a running server takes it; nil for `project.json`, whose settings differ in that.
    public let effect: Effect?
    private let bytes: [UInt8]

    /// A file of `Schemas/`.
    public init(path: String, contents: [UInt8]) {
        self.init(path: path, role: FileRole(path: path), bytes: contents)
    }

    init(path: String, role: FileRole, bytes: [UInt8]) {
        let parts = path.split(separator: "/")
        name = parts.suffix(role.depth ?? max(1, parts.count - 1)).joined(separator: "/")
        effect = role.effect
        self.bytes = bytes
    }

    private init(migration name: String, bytes: [UInt8]) {
        self.name = name
        effect = .onReload
        self.bytes = bytes
    }

    /// The files of a `Migrations` directory. One that cannot be read is left out: whoever applies
    /// the files says so.
    public static func migrations(in directory: String) -> [SchemaSource] {
        let folder = directory.split(separator: "/").last ?? ""
        return MigrationSet.fileNames(in: directory).compactMap { name in
            FileSystem.contents(of: "\(directory)/\(name)").map {
                SchemaSource(migration: "\(folder)/\(name)", bytes: $0)
            }
        }
    }

    /// Whether another version of the file has the same bytes.
    public func isIdentical(to other: SchemaSource) -> Bool { bytes == other.bytes }

    /// Whether another version of the file says the same, however it is laid out.
    public func saysTheSame(as other: SchemaSource) -> Bool {
        if bytes == other.bytes { return true }
        guard let one = try? JSONDocument(parsing: bytes).root.equalityKey,
            let two = try? JSONDocument(parsing: other.bytes).root.equalityKey
        else { return false }
        return one == two
    }
}

extension FileRole {
    /// How many of the path's last components name the file; nil for all but `Schemas/`.
    fileprivate var depth: Int? {
        switch self {
        case .model, .view, .seeds, .query: 2
        case .rules, .project: 1
        case .stray: nil
        }
    }

    fileprivate var effect: Effect? {
        switch self {
        case .model, .view, .rules, .query, .seeds, .stray: .onReload
        case .project: nil
        }
    }
}
