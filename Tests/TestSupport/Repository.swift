public import Foundation

/// The files that the tests are built from.
public enum Repository {
    /// Its top folder, found from this file.
    public static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The path of a file or folder of it.
    public static func path(_ name: String) -> String { "\(root.path)/\(name)" }
}
