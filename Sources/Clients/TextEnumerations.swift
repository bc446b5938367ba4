import Schema

/// The columns of texts that have an `enum`, by the names that clients call their types:
/// `{model}_{column}`, with a number where that is taken.
struct TextEnumerations {
    struct Entry {
        let name: String
        let texts: [String]
    }

    /// In order of their names.
    let all: [Entry]
    private let names: [[String]: String]

    init(_ catalogue: Catalogue) {
        var unique = UniqueNames()
        var all: [Entry] = []
        var names: [[String]: String] = [:]
        for model in catalogue.models {
            for column in model.sortedColumns {
                guard let texts = column.enumeratedTexts else { continue }
                let name = unique.unique("\(model.name)_\(column.name)")
                names[[model.name, column.name]] = name
                all.append(Entry(name: name, texts: texts))
            }
        }
        self.all = all.sorted { $0.name < $1.name }
        self.names = names
    }

    /// What the type of a column is called; nil where it is no enumeration of texts.
    func name(of column: Column) -> String? { names[[column.table, column.name]] }
}
