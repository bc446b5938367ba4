import Testing
import Values

/// The table of types. A type that is added there is met by every test that walks it.
@Suite struct ColumnTraitsTests {
    @Test func `each name means one type`() {
        let names = ColumnType.families.flatMap(\.traits.castNames)
        #expect(Set(names).count == names.count)
        let words = ColumnType.families.flatMap { type in
            let word = type.traits.word?.rawValue ?? ""
            return type.traits.formats.map { "\(word)/\($0)" }
                + (type.traits.isWithoutFormat ? [word] : [])
        }
        #expect(Set(words).count == words.count)
        #expect(Set(ColumnType.families.map(\.wireName)).count == ColumnType.families.count)
    }

    @Test(arguments: ColumnType.families)
    func `a type is found by its words and its names`(type: ColumnType) {
        for format in type.traits.formats {
            #expect(type.traits.word.flatMap { ColumnType(word: $0, format: format) } == type)
        }
        for name in type.traits.castNames {
            #expect(ColumnType(castName: name) == (type.wireName == "numeric" ? nil : type))
        }
    }

    @Test(
        arguments: [
            (.string, nil, ColumnType.text), (.integer, nil, .integer),
            (.integer, "int32", .integer32),
            (.number, nil, .real), (.boolean, nil, .boolean), (.string, "email", nil),
            (.null, nil, nil), (.object, nil, nil),
        ] as [(JSONType, String?, ColumnType?)])
    func `words of model files mean types`(word: JSONType, format: String?, type: ColumnType?) {
        #expect(ColumnType(word: word, format: format) == type)
    }

    @Test func `formats stand in the order of the table`() {
        #expect(
            ColumnType.formats(of: .string)
                == ["uuid", "date-time", "date", "time", "decimal", "byte"])
        #expect(ColumnType.formats(of: .integer) == ["int64", "int32"])
    }
}
