extension ProjectGenerator {
    /// An id that requests bring along.
    func givenKey() -> GeneratedColumn {
        var id = GeneratedColumn("id", .uuid)
        id.values = (1...30).map { Datum(string: ColumnKind.uuid(ending: $0)) }
        return id
    }

    /// Keys for hidden rows, and numbers that all servers give alike.
    func addHiddenKeys(to model: inout GeneratedModel) {
        for index in model.columns.indices where model.columns[index].reference == nil {
            if model.columns[index].has("identity") {
                model.columns[index].values = ["1001", "1002", "1", "3", "7"].map { Datum($0) }
            }
            // One column of several tells hidden rows apart.
            guard model.columns[index].name != "kind" else { continue }
            model.columns[index].hiddenKeys = HiddenKeys(model.columns[index].kind)
        }
    }

    /// After the rules, which must not depend on them but by ``RuleWriter``'s guard: what a rule
    /// itself tells of hidden rows is its author's doing.
    mutating func addHiddenColumns() {
        for index in models.indices {
            models[index].columns.append(vault())
            models[index].columns.append(secret())
        }
        models.append(Self.beacons())
    }

    /// Tells hidden rows.
    private func vault() -> GeneratedColumn {
        var vault = GeneratedColumn("vault", .boolean)
        vault.isRequired = true
        vault.hidingWords = [("default", "false"), ("readOnly", "true")]
        return vault
    }

    /// A column that no asking caller may read, and everybody may write.
    private mutating func secret() -> GeneratedColumn {
        var secret = GeneratedColumn("secret", .text)
        let rule = dice.pick(["false", "auth.email() = 'keeper@example.org'"])
        secret.hidingWords = [("access", "{\"read\": \"\(rule)\", \"write\": true}")]
        return secret
    }

    /// Rows that everybody hears of: what was heard before one of them is all there was to hear.
    private static func beacons() -> GeneratedModel {
        var model = GeneratedModel(name: GeneratedModel.beacons, columns: [])
        var number = GeneratedColumn("n", .integer)
        number.isRequired = true
        model.columns = [number]
        model.primaryKey = ["n"]
        model.words = [("realtime", "true"), ("access", "{\"read\": true}")]
        return model
    }
}

extension GeneratedModel {
    static let beacons = "beacons"
}
