import Configuration
import Diagnostics

/// What the files of a `Schemas` directory say, as far as they can be read: so that rules and seeds
/// are judged also while models have faults, and all that is wrong is told at once.
public struct CatalogueReading: Sendable {
    /// What they declare; incomplete where there are faults.
    public let catalogue: Catalogue
    /// The faults of models, of `project.json` and of seeds, and those of `rules.json` but for what
    /// its expressions mean.
    public let faults: [Diagnostic]
    /// What of it is not known, so that nothing can be said about what rests on it.
    public let unknown: UnknownParts

    /// Reads files given in memory. A path's last components say what a file is:
    /// `models/posts.json`, `seeds/demo.json`, `rules.json`, `project.json`.
    public init(_ files: [(path: String, contents: [UInt8])]) {
        let report = Report()
        var parts = Parts()
        for (path, contents) in files.sorted(by: { $0.path < $1.path }) {
            parts.read(SourceFile(path: path, bytes: contents), report)
        }
        let models = Linker(
            drafts: parts.drafts, unread: parts.unknown.models, viewFiles: parts.viewFiles,
            report: report
        ).link()
        let unseeded = Catalogue(
            models: models, rules: parts.rules, project: parts.project, seeds: [])
        let seeds = SeedReader(catalogue: unseeded, unknown: parts.unknown, report: report)
            .read(parts.seedFiles)
        catalogue = Catalogue(
            models: models, rules: parts.rules, project: parts.project, seeds: seeds,
            warnings: report.warnings, sources: parts.sources)
        faults = report.diagnostics
        unknown = parts.unknown
    }

    /// What was read, a file after the other.
    private struct Parts {
        var drafts: [ModelDraft] = []
        var rules: [NamedRule] = []
        var project = GivenSettings()
        var seedFiles: [SourceFile] = []
        var viewFiles: [SourceFile] = []
        var sources: [SchemaSource] = []
        var unknown = UnknownParts()

        mutating func read(_ file: SourceFile, _ report: Report) {
            let role = FileRole(path: file.path)
            sources.append(SchemaSource(path: file.path, role: role, bytes: file.bytes))
            switch role {
            case .model(let name):
                if let draft = ModelReader.read(file, name: name, report: report) {
                    drafts.append(draft)
                    unknown.note(draft)
                } else {
                    unknown.models.insert(name)
                }
            case .rules:
                let told = report.diagnostics.count
                rules += RuleFile.read(file, report: report)
                if report.diagnostics.count > told { unknown.hasRules = true }
            case .project: project = ProjectFile.read(file, report: report)
            case .seeds: seedFiles.append(file)
            case .view: viewFiles.append(file)
            case .query:
                report.fault(
                    "named queries are not built yet; remove this file for now",
                    at: file.location(0))
            case .stray(let message, let suggestion):
                report.fault(message, at: file.location(0), suggestion: suggestion)
                if case .model(let name) = FileRole(called: suggestion, insteadOf: file.path) {
                    unknown.models.insert(name)
                }
            }
        }
    }
}

/// What files with faults declare, nobody knows how.
public struct UnknownParts: Sendable {
    /// Models of which nothing could be read.
    public internal(set) var models: Set<String> = []
    /// Columns that have faults, by their models.
    private var columns: [String: Set<Int>] = [:]
    /// Names of references, by the models that have them: what they lead to may have faults.
    private var relations: [String: Set<String>] = [:]
    /// Models without columns, which every model has.
    private var withoutColumns: Set<String> = []
    /// Whether `rules.json` may declare rules that could not be read.
    public internal(set) var hasRules = false

    /// Nothing: all is known.
    public init() {}

    mutating func note(_ draft: ModelDraft) {
        relations[draft.name] = Set(draft.references.compactMap(\.alias))
        if !draft.faultyColumns.isEmpty { columns[draft.name] = draft.faultyColumns }
        if draft.columns.isEmpty { withoutColumns.insert(draft.name) }
    }

    /// Whether the type, or the bounds, of a column are not known.
    public func has(column: Int, of model: String) -> Bool {
        columns[model]?.contains(column) == true
    }

    /// Whether a model may have columns that could not be read.
    public func hasColumns(of model: String) -> Bool { withoutColumns.contains(model) }

    /// Whether a reference is called so, of which it may not be known where it leads.
    public func has(relation: String, of model: String) -> Bool {
        relations[model]?.contains(relation) == true
    }
}
