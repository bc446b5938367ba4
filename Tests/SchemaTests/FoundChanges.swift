@testable import Schema

/// Changes that `Tests/ModelLife` has found to go wrong, made as small as they are.
enum FoundChanges {
    private static func thing(_ file: String, _ text: String) -> (String, String) {
        ("models/\(file).json", text)
    }

    private static func rooms(_ rest: String, required: String = "") -> (String, String) {
        thing(
            "Rooms",
            #"""
            {"properties": {"id": {"type": "integer"}, "name": {"type": "string"}}, \#
            "required": [\#(required)]\#(rest)}
            """#)
    }

    private static func members(
        _ column: String = "id", type: String = "integer", name: String = "room"
    ) -> (String, String) {
        thing(
            "Members",
            #"""
            {"properties": {"id": {"type": "integer"}, "\#(name)": {"type": "\#(type)", \#
            "references": {"model": "Rooms", "column": "\#(column)"}}}}
            """#)
    }

    private static let filled = """
        INSERT INTO "Rooms" (id, name) VALUES (1, 'a'), (2, 'b');
        INSERT INTO "Members" (id, room) VALUES (1, 1), (2, 2)
        """

    private static func number(_ words: String) -> [(String, String)] {
        [thing("nodes", #"{"properties": {"id": {"type": "integer"}, "n": {\#(words)}}}"#)]
    }

    private static func decimal(_ scale: Int) -> String {
        #""type": "string", "format": "decimal", "precision": 6, "scale": \#(scale)"#
    }

    static let changes: [ChangeTests.Change] = [
        .init(
            "a whole number that no double is", number(#""type": "integer""#),
            number(#""type": "number""#),
            rows: "INSERT INTO nodes (id, n) VALUES (1, 7), (2, 9007199254740993)",
            "SELECT count(*) FROM nodes", "2", refused: "(2, 9007199254740993)"),
        .init(
            "a model that is new takes the name of an index that goes",
            [rooms(#", "indexes": [{"on": ["name"], "name": "halls"}]"#)],
            [rooms(""), thing("halls", #"{"properties": {"id": {"type": "integer"}}}"#)],
            rows: #"INSERT INTO "Rooms" (id) VALUES (1)"#, #"SELECT count(*) FROM "Rooms""#, "1"),
        .init(
            "a model that is new takes the name of an index of one that goes",
            [
                rooms(""),
                thing(
                    "nodes",
                    #"{"properties": {"id": {"type": "integer"}, "n": {}}, "#
                        + #""indexes": [{"on": ["id"], "name": "halls"}]}"#),
            ],
            [rooms(""), thing("halls", #"{"properties": {"id": {"type": "integer"}}}"#)],
            rows: #"INSERT INTO "Rooms" (id) VALUES (1)"#, #"SELECT count(*) FROM "Rooms""#, "1"),
        .init(
            "an index of a model in mixed case that goes",
            [rooms(#", "indexes": [{"on": ["name"]}]"#)], [rooms("")],
            rows: #"INSERT INTO "Rooms" (id) VALUES (1)"#, #"SELECT count(*) FROM "Rooms""#, "1"),
        .init(
            "another primary key, while others refer to the one before", [rooms(""), members()],
            [rooms(#", "primaryKey": ["name"], "unique": [["id"]]"#, required: "\"id\""), members()], rows: filled,
            #"SELECT count(*) FROM "Members" JOIN "Rooms" ON room = "Rooms".id"#, "2"),
        .init(
            "a unique that goes with the reference to it",
            [rooms(#", "unique": [["name"]]"#), members("name", type: "string")],
            [rooms(""), thing("Members", #"{"properties": {"id": {"type": "integer"}}}"#)],
            rows: #"INSERT INTO "Rooms" (id, name) VALUES (1, 'a')"#,
            #"SELECT count(*) FROM "Rooms""#, "1"),
        .init(
            "a key of another type, and what refers to it", [rooms(""), members()],
            [
                thing(
                    "Rooms",
                    #"{"properties": {"id": {"type": "string"}, "name": {"type": "string"}}}"#),
                members(type: "string"),
            ], rows: filled, #"SELECT count(*) FROM "Members" JOIN "Rooms" ON room = "Rooms".id"#,
            "2"),
        .init(
            "a key of another type, and a new reference to it",
            [thing("nodes", #"{"properties": {"id": {"type": "integer"}}}"#)],
            [
                thing(
                    "nodes",
                    #"""
                    {"properties": {"id": {"type": "string"}, "parent": {"type": "string", \#
                    "references": {"model": "nodes"}}}}
                    """#)
            ], rows: "INSERT INTO nodes (id) VALUES (7)", "SELECT id FROM nodes", "7"),
        .init(
            "a new key of a model that refers to it itself",
            [
                thing(
                    "nodes",
                    #"""
                    {"properties": {"id": {"type": "integer"}, "parent": {"type": "string"}}}
                    """#)
            ],
            [
                thing(
                    "nodes",
                    #"""
                    {"properties": {"id": {"type": "integer"}, "name": {"type": "string"}, \#
                    "parent": {"type": "string", "references": {"model": "nodes", \#
                    "column": "name"}}}, "unique": [["name"]]}
                    """#)
            ], rows: "INSERT INTO nodes (id) VALUES (7)", "SELECT id FROM nodes", "7"),
        .init(
            "numbers of its own that end where a key becomes a text",
            [thing("nodes", #"{"properties": {"id": {"type": "integer", "identity": true}}}"#)],
            [thing("nodes", #"{"properties": {"id": {"type": "string"}}}"#)],
            rows: "INSERT INTO nodes (id) VALUES (7)", "SELECT id FROM nodes", "7"),
        .init(
            "a decimal that becomes a text",
            [
                thing(
                    "nodes",
                    #"""
                    {"properties": {"id": {"type": "integer"}, "n": {"type": "string", \#
                    "format": "decimal", "precision": 6, "scale": 0}}}
                    """#)
            ],
            [
                thing(
                    "nodes",
                    #"{"properties": {"id": {"type": "integer"}, "n": {"type": "string"}}}"#)
            ], rows: "INSERT INTO nodes (id, n) VALUES (7, 130)", "SELECT n FROM nodes", "130"),
        .init(
            "a decimal with zeros that becomes an integer", number(decimal(2)),
            number(#""type": "integer""#), rows: "INSERT INTO nodes (id, n) VALUES (7, 300)",
            "SELECT n FROM nodes", "3|300"),
        .init(
            "a text that would be rounded", number(#""type": "string""#), number(decimal(0)),
            rows: "INSERT INTO nodes (id, n) VALUES (7, '3.5')", "SELECT n FROM nodes", "3.5",
            refused: "(7, "),
    ]
}
