import Diagnostics
import Schema

extension Catalogue {
    /// The same for what writes rows: those of a view are its SELECT's.
    func requireTable(_ name: String) throws -> Model {
        let model = try requireModel(name)
        if model.isView {
            throw OperandError("'\(name)' is a view: rows are those of the models that it reads")
        }
        return model
    }

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
