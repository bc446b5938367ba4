import Foundation
import TestSupport
import Testing

@testable import Schema

/// A model file with a fault, and the one diagnostic it gives.
struct FaultCase: CustomTestStringConvertible {
    let name: String
    let text: String
    let expected: String
    var testDescription: String { name }

    init(_ name: String, _ text: String, _ expected: String) {
        self.name = name
        self.text = text
        self.expected = expected
    }

    /// A model whose one column `c` is declared as given.
    static func column(_ declaration: String, _ expected: String) -> FaultCase {
        FaultCase(
            declaration, #"{"properties": {"c": \#(declaration)}}"#,
            "models/things.json:1:" + expected)
    }
}

@Suite struct ModelFaultTests {
    static let files = [
        FaultCase("not JSON", "{", "models/things.json:1:2: this is not JSON: "),
        FaultCase(
            "not an object", "[]", "models/things.json:1:1: a model file must hold an object"),
        FaultCase("no properties", "{}", #"models/things.json:1:1: a model needs "properties""#),
        FaultCase(
            "an unknown word on its own line", "{\n  \"properties\": {},\n  \"requird\": []\n}",
            #"models/things.json:3:3: a model has no word "requird"; did you mean "required"?"#),
        FaultCase(
            "a word far from any", #"{"properties": {}, "xyzzy": 1}"#,
            #"models/things.json:1:20: a model has no word "xyzzy"; it has $schema, description, "#
                + "renamedFrom, deprecated, properties, required, primaryKey, unique, references, "
                + "indexes, checks, search, realtime, softDelete, view, access"
        ),
        FaultCase(
            "names that are swapped",
            #"{"properties": {"a": {"renamedFrom": "b"}, "b": {"renamedFrom": "a"}}}"#,
            #"models/things.json:1:17: "a" and "b" cannot have each other's name: rename one of "#
                + "them to a third name first, and then to this"),
        FaultCase(
            "names that go round",
            #"{"properties": {"a": {"renamedFrom": ["x", "b"]}, "b": {"renamedFrom": ["c", "a"]}}}"#,
            #"models/things.json:1:17: "a" and "b" cannot have each other's name: rename one of "#
                + "them to a third name first, and then to this"),
        FaultCase(
            "no former name", #"{"properties": {"a": {"renamedFrom": []}}}"#,
            #"models/things.json:1:38: "renamedFrom" must be a string or a non-empty array, each "#
                + "element a string"),
        FaultCase(
            "a name that is the former one", #"{"properties": {"a": {"renamedFrom": "a"}}}"#,
            #"models/things.json:1:17: "renamedFrom" is the name that "a" has"#),
        FaultCase(
            "a byte order mark", "\u{FEFF}{\"properties\": {}}",
            "models/things.json:1:1: the file begins with a byte order mark; save it as UTF-8 "
                + "without one"),
        FaultCase(
            "a verb that is none", #"{"properties": {}, "access": {"insert": true}}"#,
            #"models/things.json:1:31: an access table has no word "insert": write "create""#),
        FaultCase(
            "a word of the model at a property",
            #"{"properties": {"a": {"type": "string", "unique": true}}}"#,
            #"models/things.json:1:41: a property has no word "unique"; a model has it"#),
        FaultCase(
            "a word twice", #"{"properties": {}, "properties": {}}"#,
            #"models/things.json:1:20: "properties" stands here twice"#),
        FaultCase(
            "a column twice",
            #"{"properties": {"a": {"type": "string"}, "a": {"type": "string"}}}"#,
            #"models/things.json:1:42: "a" stands here twice"#),
        FaultCase(
            "required of nothing",
            #"{"properties": {"title": {"type": "string"}}, "required": ["titel"]}"#,
            #"""
            models/things.json:1:60: "required" names "titel", which is not declared in \#
            "properties"; did you mean "title"?
            """#
        ),
        FaultCase(
            "search", #"{"properties": {}, "search": {"title": 4}}"#,
            #"models/things.json:1:20: "search" (full-text search) is not built yet; remove it for now"#
        ),
        FaultCase(
            "a key of nothing", #"{"properties": {"a": {"type": "string"}}, "primaryKey": ["b"]}"#,
            #"models/things.json:1:58: "primaryKey" names "b", which the model does not have; did you mean "a"?"#
        ),
        FaultCase(
            "neither a key nor a column", #"{"properties": {}, "primaryKey": []}"#,
            "models/things.json:1:34: a model without a key needs a column"
        ),
        FaultCase(
            "a JSON key", #"{"properties": {"a": {"type": "object"}}, "primaryKey": ["a"]}"#,
            #"models/things.json:1:17: a JSON column cannot be part of the primary key"#),
        FaultCase(
            "unique JSON", #"{"properties": {"a": {"type": "object"}}, "unique": [["a"]]}"#,
            #"models/things.json:1:17: a JSON column cannot be unique"#),
        FaultCase(
            "identity beside the key",
            #"{"properties": {"n": {"type": "integer", "identity": true}}}"#,
            "models/things.json:1:17: an identity column must be the whole primary key"),
        FaultCase(
            "unique twice",
            #"{"properties": {"a": {"type": "string"}}, "unique": [["a"], ["a"]]}"#,
            "models/things.json:1:61: these columns are already unique"),
        FaultCase(
            "an index order",
            #"{"properties": {"a": {"type": "string"}}, "indexes": [{"on": ["a down"]}]}"#,
            #"models/things.json:1:63: an index part is a column's name, perhaps with "asc" or "desc""#
        ),
        FaultCase(
            "an access verb", #"{"properties": {}, "access": {"raed": true}}"#,
            #"models/things.json:1:31: an access table has no word "raed"; did you mean "read"?"#),
        FaultCase(
            "an update rule without using",
            #"{"properties": {}, "access": {"update": {"check": "true"}}}"#,
            #"models/things.json:1:41: an update rule needs "using""#),
        FaultCase(
            "a span of time", #"{"properties": {}, "realtime": {"retain": "7 weeks"}}"#,
            #"models/things.json:1:43: "retain" must be a span of time: a number and s, m, h or d, such as "7d""#
        ),
        FaultCase(
            "cases", #"{"properties": {"a": {"type": "string"}, "A": {"type": "string"}}}"#,
            #"models/things.json:1:42: the column "A" differs from another only in upper and lower case"#
        ),
        FaultCase(
            "a reserved column", #"{"properties": {"rowid": {"type": "integer"}}}"#,
            #"models/things.json:1:17: a column cannot be called "rowid""#),
        FaultCase(
            "a name of nothing", #"{"properties": {"": {"type": "integer"}}}"#,
            "models/things.json:1:17: the column's name may not be empty"),
        FaultCase(
            "a name with NUL", #"{"properties": {"a\u0000b": {"type": "integer"}}}"#,
            "models/things.json:1:17: the column's name may not hold the character NUL"),
        FaultCase(
            "a name of 64 bytes", "{\"properties\": {\"\(wide)\": {\"type\": \"integer\"}}}",
            "models/things.json:1:17: the column's name \"\(wide)\" is longer than 63 bytes"),
        FaultCase(
            "an index part that is no column and direction",
            #"{"properties": {"a": {"type": "string"}}, "indexes": [{"on": ["a down"]}]}"#,
            #"""
            models/things.json:1:63: an index part is a column's name, perhaps with "asc" or "desc"
            """#
        ),
        FaultCase(
            "a model that can be no file",
            #"{"properties": {"a": {"type": "string", "references": {"model": "x/y"}}}}"#,
            #"models/things.json:1:65: a model is a file of its name, which holds no "/""#),
        FaultCase(
            "an internal name in another case",
            #"{"properties": {"_APUS_x": {"type": "integer"}}}"#,
            #"""
            models/things.json:1:17: the column's name "_APUS_x" starts with a prefix kept \#
            for the server's own tables
            """#
        ),
        FaultCase(
            "a column that differs in case beyond ASCII",
            #"{"properties": {"ä": {"type": "string"}, "Ä": {"type": "string"}}}"#,
            #"models/things.json:1:42: the column "Ä" differs from another only in upper and lower case"#
        ),
        FaultCase(
            "an internal name", #"{"properties": {"_apus_x": {"type": "integer"}}}"#,
            #"""
            models/things.json:1:17: the column's name "_apus_x" starts with a prefix kept \#
            for the server's own tables
            """#
        ),
        FaultCase(
            "a check of a column's name",
            #"{"properties": {"a": {"type": "string"}}, "checks": {"things_a_check": "true"}}"#,
            #"models/things.json:1:54: "things_a_check" is the name of a column's own check"#),
    ]

    /// 32 characters.
    private static let wide = String(repeating: "ß", count: 32)

    static let columns: [FaultCase] = [
        .column("1", #"22: a property must be an object"#),
        .column(
            #"{"type": "sting"}"#,
            #"""
            31: "type" must be one of "string", "integer", "number", "boolean", "object", \#
            "array"; did you mean "string"?
            """#
        ),
        .column(
            #"{"type": "bool", "default": true}"#,
            #"31: there is no type "bool": write "type": "boolean""#),
        .column(
            #"{"type": "text", "maxLength": 5}"#,
            #"31: there is no type "text": write "type": "string""#),
        .column(
            #"{"type": "UUID"}"#,
            #"31: there is no type "UUID": write "type": "string", "format": "uuid""#),
        .column(
            #"{"type": "timestamptz"}"#,
            #"""
            31: there is no type "timestamptz": write "type": "string", "format": "date-time"
            """#
        ),
        .column(
            #"{"type": "jsonb"}"#,
            #"""
            31: there is no type "jsonb": write "type": "object" or "array", or no "type" for \#
            any JSON value
            """#
        ),
        .column(
            #"{"type": "money", "maxLength": 5, "precision": 3}"#,
            #"""
            31: "type" must be one of "string", "integer", "number", "boolean", "object", \#
            "array"
            """#
        ),
        .column(
            #"{"type": ["string", "null"]}"#,
            #"31: a column has one type; leave the column out of "required" to let it be null"#),
        .column(
            #"{"type": "string", "formt": "uuid"}"#,
            #"41: a property has no word "formt"; did you mean "format"?"#),
        .column(
            #"{"type": "string", "format": "int32"}"#,
            #"51: the format "int32" does not go with the type "string""#),
        .column(
            #"{"type": "integer", "maxLength": 3}"#,
            #"42: "maxLength" does not apply to an integer"#),
        .column(
            #"{"type": "string", "minLength": 3, "maxLength": 2}"#,
            #"54: "minLength" is larger than "maxLength""#),
        .column(
            #"{"type": "string", "maxLength": "long"}"#,
            #"54: "maxLength" must be an integer not below 0"#),
        .column(
            #"{"type": "integer", "minimum": 1.5}"#, #"53: "minimum" must be an integer"#),
        .column(
            #"{"type": "integer", "minimum": 3, "maximum": 2}"#,
            #"53: "minimum" is larger than "maximum""#),
        .column(
            #"{"type": "number", "multipleOf": 0}"#, #"55: "multipleOf" must be larger than 0"#),
        .column(
            #"{"type": "string", "pattern": "("}"#, #"52: this is not a regular expression: "#),
        .column(
            #"{"type": "string", "format": "decimal", "precision": 5}"#,
            #"22: a decimal needs "precision" (all its digits) and "scale" (those after the point)"#
        ),
        .column(
            #"{"type": "string", "format": "decimal", "precision": 19, "scale": 2}"#,
            #"75: a decimal has at most 18 digits"#),
        .column(
            #"{"type": "string", "format": "decimal", "precision": 2, "scale": 3}"#,
            #"87: "scale" is larger than "precision""#),
        .column(#"{"type": "boolean", "default": "yes"}"#, "53: the default must be true or false"),
        .column(
            #"{"type": "string", "format": "uuid", "default": "x"}"#,
            #"70: the default is not right: invalid input syntax for type uuid: "x""#),
        .column(
            #"{"type": "string", "maxLength": 2, "default": "long"}"#,
            "68: the default does not keep the column's own constraints: c must have at most 2 characters"
        ),
        .column(
            #"{"type": "string", "enum": ["a", "a"]}"#, "55: this enum value stands here twice"),
        .column(
            #"{"type": "string", "enum": ["a"], "default": "b"}"#,
            "67: the default does not keep the column's own constraints: c must be one of: a"),
        .column(
            #"{"type": "string", "onUpdate": "now()"}"#,
            #"53: "onUpdate" must be an object ($expr)"#),
        .column(
            #"{"type": "string", "format": "uuid", "references": "teams"}"#,
            #"73: "references" must be an object (model, column, as, inverse, onDelete, name)"#),
        .column(
            #"{"type": "string", "format": "date-time", "default": "now()"}"#,
            #"75: the default is a constant here; an expression is written {"$expr": "now()"}"#),
        .column(
            #"{"type": "string", "onUpdate": {"expr": "now()"}}"#,
            #"54: an expression has no word "expr"; did you mean "$expr"?"#),
        .column(
            #"{"type": "array", "items": {"type": "strin"}}"#,
            #"""
            58: "type" must be one of "string", "integer", "number", "boolean", "object", \#
            "array", "null" or a non-empty array, each element one of "string", "integer", \#
            "number", "boolean", "object", "array", "null"
            """#
        ),
        .column(
            #"{"type": "object", "additionalProperties": false, "properties": {"a": {}}, "required": ["b"]}"#,
            #"""
            110: "required" names "b", which "properties" does not declare and \#
            "additionalProperties" refuses; did you mean "a"?
            """#
        ),
        .column(
            #"{"type": "string", "access": {"delete": true}}"#,
            #"52: a column's access table has no word "delete"; it has all, write, read, create, update"#
        ),
        .column(
            #"{"type": "string", "references": {"as": "x"}}"#, #"55: a reference needs "model""#),
        .column(
            #"{"type": "string", "references": {"model": "x"}}"#, #"65: there is no model "x""#),
        .column(
            #"{"type": "string", "references": {"model": "things", "onDelete": "cascad"}}"#,
            #"""
            87: "onDelete" must be one of "noAction", "restrict", "cascade", "setNull", \#
            "setDefault"; did you mean "cascade"?
            """#
        ),
    ]

    @Test(arguments: files + columns)
    func `a fault is told with its place`(_ fault: FaultCase) {
        let lines = diagnostics([("models/things.json", fault.text)])
        // Of messages that others word only the beginning is compared.
        let isWhole = !fault.expected.hasSuffix(": ")
        #expect(
            lines.contains { isWhole ? $0 == fault.expected : $0.hasPrefix(fault.expected) },
            "\(lines)")
    }

    @Test func `all faults of all files are told at once, in order`() {
        let lines = diagnostics([
            ("models/b.json", #"{"properties": {"x": {"type": "strng"}}, "acess": {}}"#),
            (
                "models/a.json",
                #"{"properties": {"y": {"type": "string", "references": {"model": "c"}}}}"#
            ),
            ("rules.json", #"{"r(": "true"}"#),
            ("project.json", #"{"auth": {"site_ulr": ""}}"#),
            ("queries/top.sql", "SELECT 1"),
        ])
        #expect(
            lines.map { $0.prefix { $0 != ":" } } == [
                "models/a.json", "models/b.json", "models/b.json", "project.json",
                "queries/top.sql", "rules.json",
            ])
    }

    @Test func `what follows from a fault is not told as another`() {
        let lines = diagnostics([("models/a.json", #"{"properties": {"id": {"type": "strin"}}}"#)])
        #expect(lines.count == 1 && lines[0].contains("did you mean \"string\""))
    }

    @Test func `what is wrong with a whole folder stands on no line`() throws {
        let directory = try TemporaryDirectory()
        let folder = directory.file("Schemas")
        do throws(SchemaFailure) {
            _ = try Catalogue.load(schemas: folder)
            Issue.record("a folder that is not there was read")
        } catch {
            #expect(error.description.hasPrefix("\(folder): there is no such folder"))
        }
    }

    @Test func `a name that works only in part is a warning`() throws {
        let catalogue = try things(
            #"{"properties": {"order": {"type": "integer"}}, "access": {}}"#)
        #expect(
            catalogue.warnings.map(\.description) == [
                "models/things.json:1:17: the column's name \"order\" is a parameter of the REST API: "
                    + "URLs filter by it in double quotes"
            ])
    }

    @Test(arguments: [
        ("", true), (#", "access": {}"#, false), (#", "access": {"read": true}"#, false),
        (#", "access": {"all": false}"#, false),
    ])
    func `a model without access is a warning, one that says it is not`(
        _ access: String, isTold: Bool
    ) throws {
        let catalogue = try things(#"{"properties": {"a": {"type": "integer"}}\#(access)}"#)
        let told =
            "models/things.json:1:1: only the service_role may read or write \"things\": it has no "
            + "\"access\"; {} says that it is meant"
        #expect(catalogue.warnings.map(\.description) == (isTold ? [told] : []))
    }

    @Test func `a name that rules have to quote is a warning, in any case of letters`() throws {
        let catalogue = try things(
            #"{"properties": {"Between": {"type": "integer"}, "or": {"type": "integer"}}, "access": {}}"#
        )
        let words = catalogue.warnings.map(\.description)
        #expect(words.count == 3)
        #expect(
            words.first
                == "models/things.json:1:17: the column's name \"Between\" is a word of the "
                + "rule language: rules name it in double quotes")
    }
}
