public import Store
import Values

extension PostgresDialect {
    /// See ``Store/Dialect/binding(of:_:)``.
    public func binding(
        of function: StoreFunction, _ operands: [ValueExpression]
    ) -> StatementWriter.Binding {
        switch function {
        case .concatenate: .operation
        case .jsonMember: isKey(operands[1]) ? .operation : .primary
        case .lower, .upper, .length, .trim, .startsWith, .coalesce, .nullIf, .greatest, .least,
            .firstTrue, .finer, .arithmetic, .absolute, .roundReal, .roundDecimal, .real, .floor,
            .ceiling, .jsonMemberText, .textOfInteger, .textOfBoolean, .booleanOfText,
            .textAsStored, .uuidOfText, .dateOfTimestamp, .timestampOfDate, .jsonKey:
            .primary
        }
    }

    /// See ``Store/Dialect/write(_:_:to:)``. What a function gives has the type that the statement
    /// knows it by.
    public func write(
        _ function: StoreFunction, _ operands: [ValueExpression], to writer: inout StatementWriter
    ) {
        switch function {
        case .lower: writer.list(call(.lower), operands)
        case .upper: writer.list(call(.upper), operands)
        case .length: write("char_length(", operands[0], ")::int8", &writer)
        // As SQLite's it takes off nothing but spaces.
        case .trim: writer.list("btrim(", operands)
        case .startsWith: writer.list("starts_with(", operands)
        case .concatenate: writer.concatenation(operands)
        case .coalesce: writer.list("coalesce(", operands)
        case .nullIf: writer.list("nullif(", operands)
        case .greatest: writeExtreme("greatest(", operands, &writer)
        case .least: writeExtreme("least(", operands, &writer)
        case .absolute: writeAbsolute(operands[0], &writer)
        // Half to even for float8, half away from zero for numeric.
        case .roundReal: writer.list("round(", operands)
        case .roundDecimal(let digits):
            let end = digits == 0 ? ")::int8" : ", \(digits))::numeric(\(Self.digits), \(digits))"
            write("round(", operands[0], end, &writer)
        case .firstTrue: writer.cases(operands)
        case .finer(let digits):
            let scale = (operands[0].type?.exactScale ?? 0) + digits
            write(
                "", operands[0], "::numeric(\(Self.digits), \(scale))", &writer,
                needing: .primary)
        case .arithmetic(let operation, let scale):
            writeArithmetic(operation, scale, operands, &writer)
        case .real: writeReal(operands[0], &writer)
        case .floor(let digits): writeWhole("floor(", operands[0], digits, &writer)
        case .ceiling(let digits): writeWhole("ceil(", operands[0], digits, &writer)
        case .jsonMember: writeMember(operands, &writer)
        case .jsonMemberText:
            writer.append(call(.jsonText))
            writeMember(operands, &writer)
            writer.append(")")
        // The equality of jsonb is that of keys.
        case .jsonKey: writer.append(operands[0], .primary)
        // A cast of a date depends on the session, which no definition may do.
        case .textAsStored where writer.isDefinition && operands[0].type == .date:
            writer.list(call(.dateText), operands)
        case .textOfInteger, .textOfBoolean, .textAsStored:
            writer.append(operands[0], .primary)
            writer.append("::text")
        case .booleanOfText: writeBoolean(ofText: operands[0], &writer)
        case .uuidOfText: writer.list(call(.uuid), operands)
        case .dateOfTimestamp:
            write("(", operands[0], " AT TIME ZONE 'UTC')::date", &writer, needing: .primary)
        case .timestampOfDate:
            write("(", operands[0], "::timestamp AT TIME ZONE 'UTC')", &writer, needing: .primary)
        }
    }

    /// One operand between two texts.
    private func write(
        _ before: String, _ operand: ValueExpression, _ after: String,
        _ writer: inout StatementWriter, needing binding: StatementWriter.Binding = .any
    ) {
        writer.append(before)
        writer.append(operand, binding)
        writer.append(after)
    }

    // MARK: Text

    /// A cast would raise 22P02 for other words.
    private func writeBoolean(
        ofText operand: ValueExpression, _ writer: inout StatementWriter
    ) {
        func lower() {
            write("lower(", operand, textOrder + ")", &writer, needing: .primary)
        }
        writer.append("CASE WHEN ")
        lower()
        writer.append(" IN \(BooleanText.list(true)) THEN true WHEN ")
        lower()
        writer.append(" IN \(BooleanText.list(false)) THEN false END")
    }

    // MARK: One of the operands

    private func writeExtreme(
        _ start: String, _ operands: [ValueExpression], _ writer: inout StatementWriter
    ) {
        writer.append(start)
        for (index, operand) in operands.enumerated() {
            if index > 0 { writer.append(", ") }
            writer.appendOrdered(operand)
        }
        writer.append(")")
    }

    // MARK: Numbers

    /// All digits of what decimals are computed as: what does not fit is refused.
    private static var digits: Int { ColumnType.decimalPrecisionMax }

    private func writeArithmetic(
        _ operation: Arithmetic, _ scale: Int?, _ operands: [ValueExpression],
        _ writer: inout StatementWriter
    ) {
        func operand(_ place: Int) {
            writer.append(operands[place], .primary)
            // Two of 32 bits would give one of them.
            if operands[place].type == .integer32 { writer.append("::int8") }
        }
        let (start, end) =
            switch scale {
            // Zero has no sign, and what is no number is NULL.
            case nil:
                ("nullif(", (operation == .multiply ? " + '0'::float8" : "") + ", 'NaN'::float8)")
            case 0?: ("(", ")")
            case let scale?: ("(", ")::numeric(\(Self.digits), \(scale))")
            }
        writer.append(start)
        operand(0)
        writer.append(" \(operation.sign) ")
        operand(1)
        writer.append(end)
    }

    /// A 32-bit integer has no room for its smallest number without the sign.
    private func writeAbsolute(_ operand: ValueExpression, _ writer: inout StatementWriter) {
        guard operand.type == .integer32 else { return writer.list("abs(", [operand]) }
        write("abs(", operand, "::int8)", &writer, needing: .primary)
    }

    /// A decimal of more digits than a double has is rounded twice: as a whole number, and when
    /// that is divided.
    private func writeReal(_ operand: ValueExpression, _ writer: inout StatementWriter) {
        guard case .decimal(let precision, let scale) = operand.type, precision > 15, scale > 0
        else { return write("", operand, "::float8", &writer, needing: .primary) }
        let factor = powerOfTen(scale)
        let end = " * \(factor))::float8 / '\(factor)'::float8)"
        write("((", operand, end, &writer, needing: .primary)
    }

    /// A decimal with so many digits fewer, rounded to one side.
    private func writeWhole(
        _ start: String, _ operand: ValueExpression, _ digits: Int, _ writer: inout StatementWriter
    ) {
        let scale = (operand.type?.exactScale ?? 0) - digits
        guard digits > 0 else { return writer.append(operand, .primary) }
        guard scale > 0 else { return write(start, operand, ")::int8", &writer) }
        let factor = powerOfTen(scale)
        // A quotient of numerics would be rounded; a product is exact.
        let unit = "0." + String(repeating: "0", count: scale - 1) + "1"
        write("(\(start)", operand, " * \(factor)) * \(unit))", &writer, needing: .primary)
    }

    // MARK: JSON

    private func isKey(_ step: ValueExpression) -> Bool { step.type?.exactScale == nil }

    private func writeMember(_ operands: [ValueExpression], _ writer: inout StatementWriter) {
        guard isKey(operands[1]) else { return writer.list(call(.jsonElement), operands) }
        writer.append(operands[0], .operation)
        writer.append(" -> ")
        writer.append(operands[1], .primary)
    }
}
