import Bytes
import Store

/// Reads what a column refers to, or several together.
struct ReferenceReader {
    let reader: FileReader
    /// Where what no word says is told.
    let location: SourceLocation

    /// The `references` of a column; nil with a fault.
    func read(_ value: JSONValue, ofColumn column: Int) -> ModelDraft.Reference? {
        let words = reader.words(of: value, .references)
        let target = words["column"]?.value.string
        return reference(words, of: [column], to: target.map { [$0] }, saidBy: "column")
    }

    /// One of the `references` of a model; nil with a fault.
    ///
    /// - Parameter columns: looks names up.
    func read(
        _ value: JSONValue, columns: (JSONValue) -> [Int]
    ) -> ModelDraft.Reference? {
        let words = reader.words(of: value, .reference)
        guard let list = words["columns"]?.value else { return nil }
        let places = columns(list)
        guard places.count == list.elements.count else { return nil }
        let targets = words["to"]?.value.elements.map { $0.string ?? "" }
        return reference(words, of: places, to: targets, saidBy: "to")
    }

    private func reference(
        _ words: [String: FileReader.Member], of columns: [Int], to targets: [String]?,
        saidBy word: String
    ) -> ModelDraft.Reference? {
        guard let model = words["model"] else { return nil }
        func place(_ word: String) -> SourceLocation {
            words[word].map { reader.file.location($0.value.offset) } ?? location
        }
        for word in ["as", "inverse"] {
            guard let name = words[word]?.value.string else { continue }
            reader.isValid(name: name, "the relation's name", at: place(word))
        }
        if let name = words["name"]?.value.string {
            reader.isValid(name: name, "the constraint's name", at: place("name"))
        }
        return ModelDraft.Reference(
            columns: columns, location: location, target: model.value.string ?? "",
            targetLocation: place("model"), targetColumns: targets,
            targetColumnsLocation: place(word),
            onDelete: words["onDelete"]?.value.string.flatMap(DeleteAction.init) ?? .noAction,
            onDeleteLocation: place("onDelete"),
            alias: words["as"]?.value.string, aliasLocation: place("as"),
            inverse: words["inverse"]?.value.string, inverseLocation: place("inverse"),
            name: words["name"]?.value.string, nameLocation: place("name"))
    }
}
