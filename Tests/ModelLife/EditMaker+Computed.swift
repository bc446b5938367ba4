// Edits of computed columns: made, computed otherwise, kept otherwise, of written ones and back.
extension EditMaker {
    mutating func compute(_ place: Int) -> String? {
        let model = models[place]
        let computed = model.columns.indices.filter { model.columns[$0].generated != nil }
        if let column = dice.pick(Array(computed)), dice.chance(60) {
            return recompute(column, of: place)
        }
        let sources = model.columns.filter { $0.generated == nil }
        guard let source = dice.pick(sources),
            let form = dice.pick(LifeModel.Generated.Form.allCases),
            let kind = LifeModel.Generated.kind(form, of: source.kind)
        else { return nil }
        let generated = LifeModel.Generated(
            form: form, of: source.id, isStored: dice.chance(50))
        let writable = writable(of: model, kind, except: source.id)
        if let column = dice.pick(writable) {
            models[place].columns[column].generated = generated
            models[place].columns[column].constant = nil
            models[place].columns[column].computed = nil
            return "compute"
        }
        if model.columns.count > 9 { return nil }
        var column = LifeModel.Column(id: newID(), name: columnName(for: model), kind: kind)
        column.generated = generated
        column.isRequired = dice.chance(20)
        models[place].columns.insert(column, at: dice.number(0...model.columns.count))
        return "add computed column"
    }

    /// Columns that may become computed: no key, none that refers or is meant, none that another
    /// is computed of.
    private mutating func writable(
        of model: LifeModel, _ kind: Kind, except source: Int
    ) -> [Int] {
        if dice.chance(50) { return [] }
        return model.columns.indices.filter { place in
            let column = model.columns[place]
            return column.kind == kind && column.id != source && column.generated == nil
                && column.reference == nil && !column.isIdentity && !model.key.contains(column.id)
                && !model.columns.contains { $0.generated?.of == column.id }
                && !models.contains { $0.columns.contains { $0.reference?.column == column.id } }
        }
    }

    private mutating func recompute(_ column: Int, of place: Int) -> String? {
        guard let generated = models[place].columns[column].generated,
            let source = models[place].column(generated.of)
        else { return nil }
        switch dice.number(0...2) {
        case 0:
            models[place].columns[column].generated = nil
            return "compute no more"
        case 1:
            models[place].columns[column].generated?.isStored.toggle()
            return "keep what is computed otherwise"
        default:
            let forms = LifeModel.Generated.Form.allCases.filter { form in
                form != generated.form
                    && LifeModel.Generated.kind(form, of: source.kind)
                        == models[place].columns[column].kind
            }
            guard let form = dice.pick(forms) else { return nil }
            models[place].columns[column].generated?.form = form
            return "compute otherwise"
        }
    }
}
