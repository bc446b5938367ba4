import Diagnostics
import Disk
import Schema

/// The files of a folder and the models that they are named after, those that are referred to
/// before those that refer to them.
struct LoadOrder {
    /// A model, and the file with its rows.
    struct Part {
        let model: Model
        let file: String
    }

    private(set) var parts: [Part] = []

    /// - Throws: `OperandError` for a folder without such files, or with one that belongs to no
    ///   model; `import_circle` where no order suits the references.
    init(_ folder: String, _ catalogue: Catalogue) throws {
        guard let names = FileSystem.names(in: folder) else {
            throw Problem.file("read", folder)
        }
        var files: [String: Part] = [:]
        for name in names.sorted() where !name.hasPrefix(".") {
            guard let table = RowFileName.table(ofFile: name) else {
                throw RowFileForm.unknown("\(folder)/\(name)")
            }
            let part = Part(model: try catalogue.requireTable(table), file: "\(folder)/\(name)")
            if let other = files.updateValue(part, forKey: table) {
                throw OperandError("\(other.file) and \(part.file) are of the same table")
            }
        }
        guard !files.isEmpty else { throw OperandError("\(folder) holds no file of rows") }
        var left = files.values.map(\.model).sorted { $0.name < $1.name }
        while !left.isEmpty {
            let waiting = Set(left.map(\.name))
            let ready = left.filter { Self.needs(of: $0).isDisjoint(with: waiting) }
            if ready.isEmpty { throw Problem.circle(Self.circle(in: left)) }
            parts += ready.compactMap { files[$0.name] }
            left.removeAll { model in ready.contains { $0.name == model.name } }
        }
    }

    private static func needs(of model: Model) -> Set<String> {
        Set(model.references.map(\.target)).subtracting([model.name])
    }

    /// Tables that each refer to the next, and the last to the first: of models of which each
    /// refers to another of them.
    private static func circle(in models: [Model]) -> [String] {
        var path: [Model] = models.first.map { [$0] } ?? []
        while let last = path.last,
            let next = models.first(where: { needs(of: last).contains($0.name) })
        {
            if let start = path.firstIndex(where: { $0.name == next.name }) {
                return path[start...].map(\.name)
            }
            path.append(next)
        }
        return path.map(\.name)
    }
}

extension Problem {
    fileprivate static func circle(_ tables: [String]) -> Problem {
        Problem(
            code: "import_circle", status: 400,
            message: "The tables \(tables.joined(separator: ", ")) refer to one another in a "
                + "circle: none of them can be loaded before the others.",
            hint: "Load them one by one: one of them without its references at first, and with "
                + "them by --on-conflict merge when the others are in.")
    }
}
