import Diagnostics
import Schema

extension Catalogue {
    /// The model of a name that somebody has given.
    ///
    /// - Throws: `OperandError` with the nearest one where there is none.
    func requireModel(_ name: String) throws -> Model {
        if let model = model(name) { return model }
        var message = "there is no model '\(name)'"
        if let near = nearest(name, in: models.map(\.name)) {
            message += "; did you mean '\(near)'?"
        }
        throw OperandError(message)
    }
}
