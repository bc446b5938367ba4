import Bytes
import Expressions
import Schema

/// Finds out which parts of drafted models work together, as `apus check` judges them: what does
/// not is taken out and told.
struct DraftTrial {
    /// The files of the models, by their paths below the project, in canonical form.
    private(set) var files: [(path: String, contents: [UInt8])] = []
    /// The models that have files.
    private(set) var models: [DraftedModel] = []
    /// What was taken out.
    private(set) var notes: [ImportNote] = []
    /// Files that are there besides.
    private let others: [(path: String, contents: [UInt8])]
    private let database: SourceDatabase
    private var parts: [String: [DraftedModel.Part]] = [:]

    /// - Parameter others: files of the project that are not written.
    init(
        _ drafts: [DraftedModel], of database: SourceDatabase,
        beside others: [(path: String, contents: [UInt8])]
    ) {
        self.others = others
        self.database = database
        models = drafts
        for model in drafts { parts[model.name] = model.parts }
        settle()
        files = render()
    }

    /// The path of a model's file.
    static func path(of model: String) -> String { "Schemas/models/\(model).json" }

    private static let attemptsMax = 8

    private mutating func settle() {
        for _ in 0..<Self.attemptsMax {
            let faults = faults()
            if faults.isEmpty { return }
            let names = Set(faults.map(\.location.file))
            let faulty = models.filter { names.contains(Self.path(of: $0.name)) }
            if faulty.isEmpty { return }
            for model in faulty { parts[model.name] = [] }
            let bare = Self.reasons(self.faults(), faulty)
            for model in faulty {
                if let reason = bare[model.name] { leaveOut(model, reason) }
            }
            for model in faulty where bare[model.name] == nil { putBack(model) }
        }
    }

    /// The first fault of each model.
    private static func reasons(
        _ faults: [Diagnostic], _ models: [DraftedModel]
    ) -> [String: String] {
        var reasons: [String: String] = [:]
        for model in models {
            reasons[model.name] = faults.first { $0.location.file == path(of: model.name) }?.message
        }
        return reasons
    }

    /// A model that does not even work with its columns alone.
    private mutating func leaveOut(_ model: DraftedModel, _ reason: String) {
        models.removeAll { $0.name == model.name }
        notes.append(
            ImportNote(
                subject: .table, name: model.name,
                text: "is not taken\(database.andItsRows(model.table.name)): \(reason)",
                advice: "Rename what is at fault in the source, and import again.",
                line: model.table.line, isUrgent: true))
    }

    /// Puts parts back as long as they work: all at once where they do, else one by one.
    private mutating func putBack(_ model: DraftedModel) {
        var left = [model.parts[...]]
        let before = Set(faults())
        while let next = left.popLast() {
            guard !next.isEmpty else { continue }
            let kept = parts[model.name, default: []]
            parts[model.name] = kept + next
            let faults = faults().filter { !before.contains($0) }
            guard let fault = faults.first else { continue }
            parts[model.name] = kept
            if next.count == 1 {
                notes.append(next[next.startIndex].note.because(fault.message))
            } else {
                let middle = next.startIndex + next.count / 2
                left.append(next[middle...])
                left.append(next[..<middle])
            }
        }
    }

    private func render() -> [(path: String, contents: [UInt8])] {
        models.map { model in
            let path = Self.path(of: model.name)
            let bytes = model.json(with: parts[model.name, default: []]).bytes
            let text = try? CanonicalFile.text(of: bytes, path: path, called: path)
            return (path, text.flatMap(\.self) ?? bytes)
        }
    }

    /// What is wrong with the files as they are now.
    private func faults() -> [Diagnostic] {
        do throws(SchemaFailure) {
            let (catalogue, rulebook) = try Rulebook.compile(CatalogueReading(render() + others))
            for model in catalogue.models {
                _ = try model.definition { (source, model) throws(SchemaFailure) in
                    try rulebook.definition(of: source, in: model)
                }
            }
            return []
        } catch {
            return error.diagnostics
        }
    }
}
