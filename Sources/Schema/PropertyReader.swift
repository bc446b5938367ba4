import Bytes
import Diagnostics
import Store
import Values

/// Reads one property of a model file into a column.
struct PropertyReader {
    let reader: FileReader
    let table: String
    let member: FileReader.Member

    private var location: SourceLocation { reader.file.location(member.key.offset) }

    /// The column; faults are reported and what is faulty left out. A reference goes to the draft.
    func read(isRequired: Bool, draft: inout ModelDraft) -> Column {
        guard member.value.kind == .object else {
            reader.fault("a property must be an object", at: member.value)
            return column(type: .text, [:], isRequired: isRequired, Bounds(), nil)
        }
        let kind = PropertyKind(declaredType, word)
        // Whoever meant what nobody knows is told of that alone.
        let isUnknown = member.value["type"] != nil && word == nil && meantType == nil
        let words = reader.words(of: member.value, .property, kind: isUnknown ? nil : kind)
        let type = columnType(words)
        let constants = ConstantReader(reader: reader, type: type)
        let bounds = Bounds(words, reader) { word in
            constants.constant(word.value, "\"\(word.name)\"")
        }
        let column = column(
            type: type, words, isRequired: isRequired, bounds, jsonRule(type, kind, words))
        check(column, words)
        checkComputed(words)
        if let references = words["references"] {
            let read = ReferenceReader(reader: reader, location: location)
                .read(references.value, ofColumn: draft.columns.count)
            if let read { draft.references.append(read) }
        }
        return column
    }

    /// The rule of a JSON column that says anything of its values.
    private func jsonRule(
        _ type: ColumnType, _ kind: PropertyKind, _ words: [String: FileReader.Member]
    ) -> JSONRule? {
        guard type == .json, kind != .any else { return nil }
        return JSONRuleReader(reader: reader).columnRule(kind, words)
    }

    private var word: JSONType? { member.value["type"]?.string.flatMap(JSONType.init) }

    /// What a word means that is none of JSON Schema's.
    private var meantType: ColumnType? {
        member.value["type"]?.string.flatMap(TypeSpelling.type)
    }

    /// The type that `type` and `format` mean; any JSON value where they mean none.
    private var declaredType: ColumnType {
        guard let word else { return meantType ?? .json }
        return ColumnType(word: word, format: member.value["format"]?.string)
            ?? ColumnType(word: word, format: nil) ?? .json
    }

    private func columnType(_ words: [String: FileReader.Member]) -> ColumnType {
        checkFormat(words)
        if case .decimal = declaredType { return decimal(words) }
        return declaredType
    }

    private func checkFormat(_ words: [String: FileReader.Member]) {
        guard let format = words["format"]?.value, let text = format.string else { return }
        let known = word.map(ColumnType.formats) ?? []
        if !known.isEmpty, !known.contains(text) {
            reader.fault(
                "the format \"\(text)\" does not go with the type "
                    + "\"\(words["type"]?.value.string ?? "")\"",
                at: format, suggestion: nearest(text, in: known))
        }
    }

    private func decimal(_ words: [String: FileReader.Member]) -> ColumnType {
        guard let precision = words["precision"], let scale = words["scale"] else {
            if member.value["precision"] == nil || member.value["scale"] == nil {
                reader.fault(
                    "a decimal needs \"precision\" (all its digits) and \"scale\" (those after "
                        + "the point)",
                    at: member.value)
            }
            return .decimal(precision: ColumnType.decimalPrecisionMax, scale: 2)
        }
        let digits = precision.value.int64 ?? 0
        let after = scale.value.int64 ?? 0
        if digits > ColumnType.decimalPrecisionMax {
            reader.fault(
                "a decimal has at most \(ColumnType.decimalPrecisionMax) digits",
                at: precision.value)
        } else if after > digits {
            reader.fault("\"scale\" is larger than \"precision\"", at: scale.value)
        }
        return .decimal(
            precision: Int(min(digits, Int64(ColumnType.decimalPrecisionMax))),
            scale: Int(min(after, Int64(ColumnType.decimalPrecisionMax))))
    }

    private func column(
        type: ColumnType, _ words: [String: FileReader.Member], isRequired: Bool,
        _ bounds: Bounds, _ jsonRule: JSONRule?
    ) -> Column {
        let file = reader.file
        let constants = ConstantReader(reader: reader, type: type)
        return Column(
            table: table, name: member.name, type: type,
            description: words["description"]?.value.string, isNullable: !isRequired,
            default: words["default"].flatMap {
                constants.defaultValue($0.value, isRequired: isRequired)
            },
            onUpdate: words["onUpdate"].flatMap { onUpdate($0.value) },
            computed: words["computed"].map { computation($0, words["stored"]) },
            isReadOnly: words["readOnly"]?.value.bool ?? (words["computed"] != nil),
            isIdentity: words["identity"]?.value.bool ?? false,
            enumeration: words["enum"].map { constants.enumeration($0.value) },
            bounds: bounds, jsonRule: jsonRule, reference: nil,
            renamedFrom: reader.formerNames(words["renamedFrom"]),
            isDeprecated: words["deprecated"]?.value.bool ?? false,
            access: words["access"].map { readAccess($0.value) },
            location: file.location(member.key.offset))
    }

    /// Faults between the words of one property.
    private func check(_ column: Column, _ words: [String: FileReader.Member]) {
        if column.isIdentity, let value = words["default"] {
            reader.fault(
                "an identity column has no default: the database numbers it", at: value.key)
        }
        if let word = words["computed"], let rest = column.checkedByServerAlone {
            reader.fault(
                "\(rest) cannot be asked of a computed column: the database computes it, and knows "
                    + "nothing of that; say it of what it is computed of", at: word.key)
        }
        guard case .constant(let value)? = column.default, let word = words["default"] else {
            return
        }
        do throws(Problem) {
            try column.check(value)
        } catch {
            reader.fault(
                "the default does not keep the column's own constraints"
                    + (error.detailText.map { ": \($0)" } ?? ""), at: word.value)
        }
    }

    private func onUpdate(_ value: JSONValue) -> ExpressionSource? {
        reader.words(of: value, .expression)["$expr"].map { reader.file.expression($0.value) }
    }

    private func computation(
        _ word: FileReader.Member, _ stored: FileReader.Member?
    ) -> Computation {
        Computation(
            expression: reader.file.expression(word.value), isStored: stored?.value.bool ?? false)
    }

    /// What is computed cannot be given in another way too.
    private func checkComputed(_ words: [String: FileReader.Member]) {
        guard words["computed"] != nil else {
            if let stored = words["stored"] {
                reader.fault(
                    "\"stored\" says where a \"computed\" value is kept; this column has none",
                    at: stored.key)
            }
            return
        }
        let reasons = [
            "default": "a computed column has no default: it always has what is computed",
            "onUpdate": "a computed column follows every update of its row by itself",
            "identity": "a computed column cannot be numbered too",
            "references": "a computed column cannot refer to other rows",
        ]
        for (word, reason) in reasons.sorted(by: { $0.key < $1.key }) {
            if let member = words[word] { reader.fault(reason, at: member.key) }
        }
        if let word = words["readOnly"], word.value.bool == false {
            reader.fault("nobody can write a computed column", at: word.value)
        }
    }

    private func readAccess(_ value: JSONValue) -> ColumnAccess {
        let words = reader.words(of: value, .columnAccess)
        var rules: [Verb: ExpressionSource] = [:]
        for verb in [Verb.read, .create, .update] {
            rules[verb] = verb.entry(in: words).map { reader.file.rule($0.value) }
        }
        return ColumnAccess(rules: rules)
    }
}

extension Problem {
    /// The details when they are plain text.
    var detailText: String? {
        if case .text(let text)? = details { return text }
        return nil
    }
}
