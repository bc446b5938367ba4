// Changes that concern several tables at once, or more of a column than one thing.
extension ChangeTests {
    static let hard: [Change] = [
        Change(
            "a key and what refers to it get another type at once",
            keyed(#""type": "string", "format": "uuid""#), keyed(#""type": "string""#),
            rows: """
                INSERT INTO rooms (id) VALUES ('7b6b4d3e-0000-4000-8000-000000000001');
                INSERT INTO things (id, room_id)
                VALUES (1, '7b6b4d3e-0000-4000-8000-000000000001')
                """,
            "SELECT count(*) FROM things JOIN rooms ON rooms.id = room_id", "1"),
        Change(
            "a key that refers to another row of its table gets another type",
            tree(#""type": "integer""#), tree(#""type": "string""#),
            rows: "INSERT INTO things (id, up) VALUES (1, NULL); INSERT INTO things (id, up) VALUES (2, 1)",
            "SELECT count(*) FROM things WHERE up = '1'", "1"),
        Change(
            "a column that is new becomes the key, of a model whose key gets a type it does not have",
            #"{"properties": {"id": {"type": "string"}, "a": {"type": "string"}}}"#,
            #"""
            {"properties": {"b": {"type": "integer", "default": 1}, "id": {"type": "integer"},
             "a": {"type": "string"}}, "primaryKey": ["b"]}
            """#,
            rows: "INSERT INTO things (id, a) VALUES ('x', 'y')", "SELECT id FROM things", "x",
            refused: "these values are none"),
        Change(
            "a reference is renamed while what it refers to becomes the key", swapped("c", isKey: false),
            swapped("d", isKey: true),
            rows: """
                INSERT INTO rooms (id, n) VALUES (1, 2); INSERT INTO things (id, c) VALUES (1, 1)
                """,
            "SELECT d FROM things", "1"),
        Change(
            "a default of two lines, of which the second is SQL", single(#""type": "string""#),
            single(#""type": "string", "default": "x\nDROP TABLE things;\rDROP TABLE things; --""#),
            "SELECT count(*) FROM things", "3"),
        Change(
            "a check of two lines that goes, of which the second is SQL",
            checked(#", "checks": {"c": "a != 'x\nDROP TABLE things;\rDROP TABLE things; --'"}"#),
            single(#""type": "string""#), "SELECT count(*) FROM things", "3"),
        Change(
            "a key with numbers of its own becomes a text",
            #"{"properties": {"id": {"type": "integer", "identity": true}, "a": {"type": "string"}}}"#,
            #"{"properties": {"id": {"type": "string"}, "a": {"type": "string"}}}"#,
            "SELECT count(*) FROM things WHERE id = '2'", "1"),
        Change(
            "a key gets numbers of its own and a text a key's type",
            #"{"properties": {"id": {"type": "string"}, "a": {"type": "string"}}}"#,
            #"{"properties": {"id": {"type": "integer", "identity": true}, "a": {"type": "string"}}}"#,
            rows: "INSERT INTO things (id, a) VALUES ('1', 'x'), ('2', 'y')",
            "SELECT count(*) FROM things WHERE id = 2", "1"),
        Change(
            "a renamed table whose key, renamed too, gets another type with what refers to it",
            keyed(#""type": "string", "format": "uuid""#),
            [
                (
                    "models/halls.json",
                    #"""
                    {"renamedFrom": "rooms", "properties": {"key": {"type": "string", "renamedFrom": "id"}},
                     "primaryKey": ["key"]}
                    """#
                ),
                (
                    "models/things.json",
                    #"""
                    {"properties": {"id": {"type": "integer"}, "hall": {"type": "string",
                     "renamedFrom": "room_id", "references": {"model": "halls"}}}}
                    """#
                ),
            ],
            rows: """
                INSERT INTO rooms (id) VALUES ('7b6b4d3e-0000-4000-8000-000000000001');
                INSERT INTO things (id, room_id)
                VALUES (1, '7b6b4d3e-0000-4000-8000-000000000001')
                """,
            "SELECT count(*) FROM things WHERE id = 1", "1"),
    ]

    private static func single(_ a: String) -> String {
        #"{"properties": {"id": {"type": "integer"}, "a": {\#(a)}}}"#
    }

    private static func checked(_ rest: String) -> String {
        #"{"properties": {"id": {"type": "integer"}, "a": {"type": "string"}}\#(rest)}"#
    }

    private static func swapped(_ name: String, isKey: Bool) -> [(String, String)] {
        let (key, unique) = isKey ? (#"["id"]"#, #"["n", "id"]"#) : (#"["n", "id"]"#, #"["id"]"#)
        return [
            (
                "models/rooms.json",
                #"""
                {"properties": {"id": {"type": "integer"}, "n": {"type": "integer"}},
                 "required": ["id", "n"], "primaryKey": \#(key), "unique": [\#(unique)]}
                """#
            ),
            (
                "models/things.json",
                #"""
                {"properties": {"id": {"type": "integer"}, "\#(name)": {"type": "integer",
                 \#(isKey ? #""renamedFrom": "c","# : "")
                 "references": {"model": "rooms", "column": "id"}}}}
                """#
            ),
        ]
    }

    private static func tree(_ id: String) -> String {
        #"{"properties": {"id": {\#(id)}, "up": {\#(id), "references": {"model": "things"}}}}"#
    }

    private static func keyed(_ id: String) -> [(String, String)] {
        [
            ("models/rooms.json", #"{"properties": {"id": {\#(id)}}}"#),
            (
                "models/things.json",
                #"""
                {"properties": {"id": {"type": "integer"}, "room_id": {\#(id), "references": \#
                {"model": "rooms", "onDelete": "cascade"}}}}
                """#
            ),
        ]
    }
}
