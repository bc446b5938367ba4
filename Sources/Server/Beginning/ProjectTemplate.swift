import CTemplates

/// What a new project begins as. The files lie in `Sources/CTemplates/templates/`, where they can
/// be read and tried; the binary has them inside.
public struct ProjectTemplate: Sendable {
    /// What it is called: `todo`.
    public let name: String
    /// Its files, by their paths below the project's folder.
    let files: [(path: String, bytes: [UInt8])]

    /// All templates, the one that is taken where none is named first.
    public static let all: [ProjectTemplate] = {
        var names: [String] = []
        var files: [String: [(path: String, bytes: [UInt8])]] = [:]
        for index in 0..<ctemplates_count() {
            let file = unsafe ctemplates_all()[index]
            let owner = unsafe String(cString: file.owner)
            if owner != shared, !names.contains(owner) { names.append(owner) }
            let path = unsafe String(cString: file.path)
            let bytes = unsafe Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
            files[owner, default: []].append((path, bytes))
        }
        return names.map { name in
            let all = (files[shared] ?? []) + (files[name] ?? [])
            return ProjectTemplate(name: name, files: all.sorted { $0.path < $1.path })
        }
    }()

    /// Whose the files are that every project has.
    private static let shared = "shared"
}
