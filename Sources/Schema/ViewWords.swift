import Bytes
import Diagnostics
import Store

// `view`: a model whose rows are those of a SELECT.

extension ModelReader {
    /// Takes down which file has the SELECT, and refuses the words that say nothing of a view.
    mutating func readView(
        _ word: FileReader.Member, _ words: [String: FileReader.Member]
    ) {
        let name = word.value.string ?? ""
        let location = reader.file.location(word.value.offset)
        draft.view = ModelDraft.View(fileName: name, location: location)
        if name.contains("/") || name.contains("\\") {
            reader.fault(
                "\"view\" names a file beside the model file, without a folder", at: word.value)
        } else if !name.hasSuffix(".sql") || name.utf8.count == ".sql".utf8.count {
            reader.fault("\"view\" names a file whose name ends with .sql", at: word.value)
        }
        for (name, advice) in Self.wordsOfTables {
            if let word = words[name], word.value.bool != false { refuse(word, advice) }
        }
        for property in words["properties"].map({ reader.members(of: $0.value) }) ?? [] {
            refuseWords(ofProperty: property)
        }
        for reference in words["references"]?.value.elements ?? [] { refuseDelete(reference) }
        refuseWrites(words["access"]?.value)
    }

    /// What a view has not, and what to write instead.
    private static let wordsOfTables: [(name: String, advice: String)] = [
        ("unique", "\"primaryKey\" says what its rows are told apart by"),
        ("indexes", "the models that it reads have them"),
        ("checks", "the WHERE of its SELECT says which rows it has"),
        ("realtime", "publish the models that it reads"),
        ("softDelete", "rows that are deleted softly are in no view"),
    ]

    private func refuse(_ word: FileReader.Member, _ advice: String) {
        reader.fault("a view has no \"\(word.name)\": \(advice)", at: word.key)
    }

    private func refuseWords(ofProperty property: FileReader.Member) {
        for member in reader.members(of: property.value) {
            if ["default", "onUpdate", "identity", "readOnly"].contains(member.name) {
                refuse(member, "its values are those of its SELECT, and nobody writes them")
            } else if Bounds.words.contains(where: { $0.name == member.name }) {
                refuse(member, "its values are those of its SELECT, and nothing checks them")
            }
            if member.name == "references" { refuseDelete(member.value) }
            if member.name == "access" { refuseWrites(member.value) }
        }
    }

    private func refuseDelete(_ reference: JSONValue) {
        for member in reader.members(of: reference) where member.name == "onDelete" {
            refuse(member, "its rows go with those of the models that it reads")
        }
    }

    /// Only what is told of reading means anything.
    private func refuseWrites(_ access: JSONValue?) {
        guard let access, access.kind == .object else { return }
        for member in reader.members(of: access) where member.name != "read" {
            refuse(member, "it can only be read; write \"read\"")
        }
    }
}
