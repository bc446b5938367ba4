import CTemplates

/// What a new project begins as. The files lie in `Sources/CTemplates/templates/`, where they can
/// be read and tried; the binary has them inside.
public struct ProjectTemplate: Sendable {
    /// What it is called: `todo`.
    public let name: String

    /// All templates, the one that is taken where none is named first.
    public static let all: [ProjectTemplate] = {
        var names: [String] = []
        for place in 0..<ctemplates_count() {
            let owner = owner(of: place)
            if owner != shared, !names.contains(owner) { names.append(owner) }
        }
        return names.map(ProjectTemplate.init)
    }()

    /// Its files, by their paths below the project's folder, in their order. Copied each time: most
    /// commands make no project.
    var files: [(path: String, bytes: [UInt8])] {
        (0..<ctemplates_count()).compactMap { place in
            guard [name, Self.shared].contains(Self.owner(of: place)) else { return nil }
            let file = unsafe ctemplates_all()[place]
            let path = unsafe String(cString: file.path)
            return unsafe (path, Array(UnsafeBufferPointer(start: file.bytes, count: file.count)))
        }.sorted { $0.path < $1.path }
    }

    /// Whose a file of the table is.
    private static func owner(of place: Int) -> String {
        unsafe String(cString: ctemplates_all()[place].owner)
    }

    /// Whose the files are that every project has.
    private static let shared = "shared"
}
