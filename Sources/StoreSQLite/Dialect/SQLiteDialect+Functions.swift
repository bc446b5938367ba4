public import Store
import Values

extension SQLiteDialect {
    /// See ``Store/Dialect/binding(of:_:)``.
    public func binding(
        of function: StoreFunction, _ operands: [ValueExpression]
    ) -> StatementWriter.Binding {
        switch function {
        case .startsWith: .comparison
        case .concatenate, .roundDecimal, .floor, .ceiling: .operation
        case .real: scale(operands) == 0 ? .primary : .operation
        case .lower, .upper, .length, .trim, .coalesce, .nullIf, .greatest, .least, .absolute,
            .roundReal, .firstTrue, .finer, .arithmetic, .jsonMember, .jsonMemberText, .jsonKey,
            .textOfInteger, .textOfBoolean, .booleanOfText, .textAsStored, .uuidOfText,
            .dateOfTimestamp, .timestampOfDate:
            .primary
        }
    }

    /// See ``Store/Dialect/write(_:_:to:)``.
    public func write(
        _ function: StoreFunction, _ operands: [ValueExpression], to writer: inout StatementWriter
    ) {
        switch function {
        case .lower: writer.list("apus_lower(", operands)
        case .upper: writer.list("apus_upper(", operands)
        case .length: writer.list(writer.isDefinition ? "length(" : "apus_length(", operands)
        // As PostgreSQL's it takes off nothing but spaces.
        case .trim: writer.list(writer.isDefinition ? "trim(" : "apus_trim(", operands)
        case .startsWith: writeStartsWith(operands, &writer)
        case .concatenate: writer.concatenation(operands)
        case .coalesce: writeCoalesce(operands, &writer)
        case .nullIf: writer.list("nullif(", operands)
        case .greatest: writeExtreme("max(", operands, &writer)
        case .least: writeExtreme("min(", operands, &writer)
        case .firstTrue: writer.cases(operands)
        case .finer(let digits):
            let name = SQLFunctions.name(of: .multiply, scale: digits)
            write("\(name)(", operands[0], ", \(powerOfTen(digits)))", &writer)
        case .arithmetic(let operation, let scale):
            writer.list(SQLFunctions.name(of: operation, scale: scale) + "(", operands)
        case .absolute: writer.list("abs(", operands)
        case .roundReal: writeRoundReal(operands[0], &writer)
        case .roundDecimal(let digits): writeRoundDecimal(operands, to: digits, &writer)
        case .real: writeReal(operands, &writer)
        case .floor(let digits): writeWhole(operands[0], digits, " - (", " < 0)", &writer)
        case .ceiling(let digits): writeWhole(operands[0], digits, " + (", " > 0)", &writer)
        case .jsonMember: writer.list("apus_json_get(", operands)
        case .jsonMemberText: writer.list("apus_json_text(", operands)
        case .jsonKey: writer.list("apus_json_key(", operands)
        case .textOfInteger: write("CAST(", operands[0], " AS TEXT)", &writer)
        case .textOfBoolean:
            write("CASE ", operands[0], " WHEN 1 THEN 'true' WHEN 0 THEN 'false' END", &writer)
        case .booleanOfText: writeBoolean(ofText: operands[0], &writer)
        case .textAsStored: writer.append(operands[0], .primary)
        case .uuidOfText: writer.list("apus_uuid(", operands)
        case .dateOfTimestamp: write("substr(", operands[0], ", 1, 10)", &writer)
        case .timestampOfDate:
            writer.append("(")
            writer.append(operands[0], .primary)
            writer.append(" || 'T00:00:00+00:00')")
        }
    }

    /// One operand between two texts.
    private func write(
        _ before: String, _ operand: ValueExpression, _ after: String,
        _ writer: inout StatementWriter
    ) {
        writer.append(before)
        writer.append(operand)
        writer.append(after)
    }

    // MARK: Text

    private func writeStartsWith(
        _ operands: [ValueExpression], _ writer: inout StatementWriter
    ) {
        writer.append("substr(")
        writer.append(operands[0])
        writer.append(", 1, length(")
        writer.append(operands[1])
        writer.append(")) = ")
        writer.append(operands[1], .operation)
    }

    private func writeBoolean(
        ofText operand: ValueExpression, _ writer: inout StatementWriter
    ) {
        // No spelling has more than five characters: a long text costs no more than a short one.
        let (start, end) = writer.isDefinition ? ("lower(", ")") : ("lower(substr(", ", 1, 6))")
        writer.append("CASE WHEN \(start)")
        writer.append(operand)
        writer.append("\(end) IN \(BooleanText.list(true)) THEN 1 WHEN \(start)")
        writer.append(operand)
        writer.append("\(end) IN \(BooleanText.list(false)) THEN 0 END")
    }

    // MARK: One of the operands

    private func writeCoalesce(_ operands: [ValueExpression], _ writer: inout StatementWriter) {
        if operands.count == 1 {
            writer.append(operands[0], .primary)
        } else {
            writer.list("coalesce(", operands)
        }
    }

    /// SQLite's scalar `max` and `min` do not ignore NULL. Each operand falls back to the others,
    /// so that NULL is left only when all are.
    private func writeExtreme(
        _ start: String, _ operands: [ValueExpression], _ writer: inout StatementWriter
    ) {
        guard operands.count > 1 else { return writer.append(operands[0], .primary) }
        writer.append(start)
        for index in operands.indices {
            if index > 0 { writer.append(", ") }
            writer.list("coalesce(", Array(operands[index...] + operands[..<index]))
        }
        writer.append(")")
    }

    // MARK: Numbers

    /// The power of ten by which a decimal is stored larger than it is.
    private func scale(_ operands: [ValueExpression]) -> Int {
        operands.first?.type?.exactScale ?? 0
    }

    /// SQLite's own `round` takes halves away from zero. From 2^52 on doubles have no fraction, so
    /// adding 2^52 makes the processor round, half to even, and taking it off again leaves a whole.
    private func writeRoundReal(
        _ operand: ValueExpression, _ writer: inout StatementWriter
    ) {
        let whole = "4503599627370496.0"
        writer.append("CASE WHEN abs(")
        writer.append(operand)
        writer.append(") >= \(whole) THEN ")
        writer.append(operand)
        writer.append(" WHEN ")
        writer.append(operand, .operation)
        writer.append(" < 0 THEN (")
        writer.append(operand, .primary)
        writer.append(" - \(whole)) + \(whole) ELSE (")
        writer.append(operand, .primary)
        writer.append(" + \(whole)) - \(whole) END")
    }

    private func writeRoundDecimal(
        _ operands: [ValueExpression], to digits: Int, _ writer: inout StatementWriter
    ) {
        guard scale(operands) > digits else { return writer.append(operands[0], .primary) }
        let factor = powerOfTen(scale(operands) - digits)
        writeQuotient(operands[0], factor, &writer) { operand, writer in
            writer.append(" + (")
            writer.append(operand, .primary)
            writer.append(" % \(factor) >= \(factor / 2)) - (")
            writer.append(operand, .primary)
            writer.append(" % \(factor) <= -\(factor / 2))")
        }
    }

    private func writeReal(_ operands: [ValueExpression], _ writer: inout StatementWriter) {
        let factor = powerOfTen(scale(operands))
        let end = factor == 1 ? " AS REAL)" : " AS REAL) / \(factor).0"
        write("CAST(", operands[0], end, &writer)
    }

    /// A scaled integer with so many digits fewer, rounded to one side.
    private func writeWhole(
        _ operand: ValueExpression, _ digits: Int, _ before: String, _ after: String,
        _ writer: inout StatementWriter
    ) {
        let factor = powerOfTen(digits)
        writeQuotient(operand, factor, &writer) { operand, writer in
            writer.append(before)
            writer.append(operand, .primary)
            writer.append(" % \(factor)\(after)")
        }
    }

    /// `operand / factor` and what corrects its rounding.
    private func writeQuotient(
        _ operand: ValueExpression, _ factor: Int64, _ writer: inout StatementWriter,
        _ correction: (ValueExpression, inout StatementWriter) -> Void
    ) {
        writer.append(operand, .primary)
        writer.append(" / \(factor)")
        correction(operand, &writer)
    }
}
