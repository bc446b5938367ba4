import Schema

/// The names a request uses that clients should use no more: those that something had before, and
/// those said to be deprecated. Belongs to the planning of one request.
final class OutdatedNames {
    private var found: Set<String> = []

    /// In order: `notes.body`, `entries`.
    var names: [String] { found.sorted() }

    /// Takes note of a column that is called `name`.
    func note(_ name: String, _ column: Int, of model: Model) {
        if model.columns[column].name != name || model.columns[column].isDeprecated {
            found.insert("\(model.name).\(name)")
        }
    }

    /// Takes note of a model that is called `name`.
    func note(_ name: String, _ model: Model) {
        if model.name != name || model.isDeprecated { found.insert(name) }
    }
}
