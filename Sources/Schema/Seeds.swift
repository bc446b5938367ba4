import Bytes
import Diagnostics
public import Values

/// One row of a seed file.
public struct SeedRow: Hashable, Sendable {
    /// The model it belongs to.
    public let model: String
    /// The columns it gives, as indexes into the model's columns.
    public let columns: [Int]
    /// The values of those columns.
    public let values: [Value]
    /// Where the row stands.
    public let location: SourceLocation
}

extension Catalogue {
    /// The same files without those of seeds.
    public static func unseeded(
        _ files: [(path: String, contents: [UInt8])]
    ) -> [(path: String, contents: [UInt8])] {
        files.filter { !FileRole(path: $0.path).isSeeds }
    }
}

extension SchemaFailure {
    /// Whether nothing but seed files is at fault: what the models declare is known then.
    public var isOfSeedsAlone: Bool {
        diagnostics.allSatisfy { FileRole(path: $0.location.file).isSeeds }
    }
}

/// Reads seed files: `{"rooms": [{"id": "…", "name": "General"}], "members": […]}`.
struct SeedReader {
    let catalogue: Catalogue
    /// What the models may declare otherwise than it seems: nothing is said of that.
    let unknown: UnknownParts
    let report: Report

    /// The rows of all files, those of a model before those that refer to it.
    func read(_ files: [SourceFile]) -> [SeedRow] {
        var rows: [String: [SeedRow]] = [:]
        for file in files {
            let reader = FileReader(file: file, report: report)
            guard let root = reader.parse() else { continue }
            guard root.kind == .object else {
                reader.fault(
                    "a seed file must hold an object: an array of rows for each model", at: root)
                continue
            }
            for member in reader.members(of: root) where member.name != "$schema" {
                if unknown.models.contains(member.name) || unknown.hasColumns(of: member.name) {
                    continue
                }
                guard let model = catalogue.model(member.name) else {
                    reader.fault(
                        "there is no model \"\(member.name)\"", at: member.key,
                        suggestion: nearest(member.name, in: catalogue.models.map(\.name)))
                    continue
                }
                if let fault = Self.fault(of: model) {
                    reader.fault(fault, at: member.key)
                    continue
                }
                guard member.value.kind == .array else {
                    reader.fault("the rows of a model must be an array", at: member.value)
                    continue
                }
                rows[model.name, default: []] += member.value.elements.compactMap {
                    row($0, of: model, reader)
                }
            }
        }
        return catalogue.modelsByDependency.flatMap { rows[$0.name] ?? [] }
    }

    /// Why a model cannot have seeds.
    private static func fault(of model: Model) -> String? {
        if model.isView {
            return "\"\(model.name)\" is a view: give rows to the models that it reads"
        }
        if model.primaryKey.isEmpty {
            return "\"\(model.name)\" has no key, so that its rows would be added again at every "
                + "start"
        }
        return nil
    }

    private func row(_ value: JSONValue, of model: Model, _ reader: FileReader) -> SeedRow? {
        guard value.kind == .object else {
            reader.fault("a row must be an object", at: value)
            return nil
        }
        var columns: [Int] = []
        var values: [Value] = []
        for member in reader.members(of: value) {
            guard let index = model.columnIndex(member.name) else {
                reader.fault(
                    "the model \"\(model.name)\" has no column \"\(member.name)\"", at: member.key,
                    suggestion: nearest(member.name, in: model.columns.map(\.name)))
                continue
            }
            if unknown.has(column: index, of: model.name) { continue }
            if model.columns[index].computed != nil {
                reader.fault("\"\(member.name)\" is computed: no row gives it", at: member.key)
                continue
            }
            guard let converted = convert(member.value, model.columns[index], reader) else {
                continue
            }
            columns.append(index)
            values.append(converted)
        }
        for (index, column) in model.columns.enumerated() 
        where value[column.name] == nil && !unknown.has(column: index, of: model.name) {
            if model.primaryKey.contains(index) {
                reader.fault(
                    "a seed row needs its key \"\(column.name)\", so that seeding twice adds "
                        + "nothing",
                    at: value)
            } else if !column.isOptionalOnInsert {
                reader.fault("the row lacks \"\(column.name)\", which is required", at: value)
            }
        }
        return SeedRow(
            model: model.name, columns: columns, values: values,
            location: reader.file.location(value.offset))
    }

    private func convert(_ value: JSONValue, _ column: Column, _ reader: FileReader) -> Value? {
        let converted: Value
        do throws(Problem) {
            // A null in a JSON column is no value, as in the bodies of requests.
            converted = value.isNull ? .null : try column.type.value(from: value)
        } catch {
            reader.fault(
                "\"\(column.name)\": " + (error.detailText ?? error.message), at: value)
            return nil
        }
        if converted == .null, !column.isNullable {
            reader.fault("\"\(column.name)\" is required and may not be null", at: value)
        }
        do throws(Problem) {
            try column.check(converted)
            return converted
        } catch {
            // That names the column itself.
            reader.fault(error.detailText ?? error.message, at: value)
            return nil
        }
    }
}
