import Bytes

/// The canonical form of the JSON files of `Schemas/`, which `apus fmt` gives them: words in the
/// order of the vocabulary, one layout. What they say stays the same, and so do the spellings of
/// numbers and texts.
public enum CanonicalFile {
    /// The form of a file.
    ///
    /// - Parameters:
    ///   - path: tells what the file is, by its last two parts.
    ///   - name: what it is called in faults.
    /// - Returns: nil for a file that is no JSON of `Schemas/`.
    /// - Throws: where it is not JSON.
    public static func text(
        of bytes: [UInt8], path: String, called name: String
    ) throws(SchemaFailure) -> [UInt8]? {
        guard let shape = FileRole(path: path).shape else { return nil }
        let report = Report()
        let reader = FileReader(file: SourceFile(path: name, bytes: bytes), report: report)
        guard let root = reader.parse() else {
            try report.throwIfAny()
            return nil
        }
        var value = LaidValue(root, shape, isRoot: true)
        if FileRole(path: path).isSeeds { value.openRows() }
        return LayoutWriter.text(of: value)
    }
}

extension FileRole {
    /// What the file holds; nil where that is no JSON.
    fileprivate var shape: Shape? {
        switch self {
        case .model: .words(.model)
        case .project: .object(.project)
        case .rules: .map(.expression)
        case .seeds: .map(.list(.value, min: 0))
        case .query, .view, .stray: nil
        }
    }
}
