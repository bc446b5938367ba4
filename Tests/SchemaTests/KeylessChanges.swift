// Changes of models without a key.
extension ChangeTests {
    static let keyless: [Change] = [
        Change(
            "a model without a key that gets a column", log(), log(#", "b": {"type": "integer"}"#),
            rows: filled, "SELECT count(*) FROM things WHERE b IS NULL", "3"),
        Change(
            "a model without a key whose column gets another type",
            log(#", "b": {"type": "string"}"#), log(#", "b": {"type": "integer"}"#),
            rows: "INSERT INTO things (a, b) VALUES ('x', '1'), ('x', '1')",
            "SELECT count(*) FROM things WHERE b = 1", "2"),
        Change(
            "a model that loses its key", keyed, log(#", "id": {"type": "integer"}"#),
            rows: "INSERT INTO things (id, a) VALUES (7, 'x'), (3, 'y')",
            "SELECT count(*) FROM things WHERE id = 7", "1"),
        Change(
            "a model whose numbered key becomes a plain column", numbered,
            log(#", "id": {"type": "integer"}"#),
            rows: "INSERT INTO things (id, a) VALUES (7, 'x'), (3, 'y')",
            "SELECT count(*) FROM things WHERE id = 7", "1"),
        Change(
            "a column becomes the key of a model that had none",
            log(#", "id": {"type": "integer"}"#), keyed,
            rows: "INSERT INTO things (id, a) VALUES (7, 'x'), (3, 'y')",
            "SELECT count(*) FROM things WHERE id = 7", "1"),
        Change(
            "rows are alike in a column that becomes the key of a model that had none",
            log(#", "id": {"type": "integer"}"#), keyed,
            rows: "INSERT INTO things (id, a) VALUES (7, 'x'), (7, 'y')",
            "SELECT count(*) FROM things WHERE id = 7", "2", refused: "(7, 2)"),
        Change(
            "a model that had no key gets one that numbers itself", log(), numbered, rows: filled,
            "SELECT max(id) FROM things", "3"),
        Change(
            "a model without a key gets another name", [("models/things.json", log())],
            [
                (
                    "models/events.json",
                    #"""
                    {"renamedFrom": "things", "properties": {"a": {"type": "string"}},
                     "primaryKey": []}
                    """#
                )
            ], rows: filled, "SELECT count(*) FROM events", "3"),
        Change(
            "a model without a key goes", [("models/things.json", log()), other], [other],
            rows: "SELECT 1", "SELECT count(*) FROM others", "0"),
        Change(
            "a model without a key refers to another", [("models/things.json", log()), other],
            [
                (
                    "models/things.json",
                    log(#", "other": {"type": "integer", "references": {"model": "others"}}"#)
                ), other,
            ], rows: filled, "SELECT count(*) FROM things WHERE other IS NULL", "3"),
    ]

    private static let other = (
        "models/others.json", #"{"properties": {"id": {"type": "integer"}}}"#
    )
    private static let filled = "INSERT INTO things (a) VALUES ('x'), ('x'), (NULL)"
    private static let keyed =
        #"{"properties": {"id": {"type": "integer"}, "a": {"type": "string"}}}"#
    private static let numbered =
        #"{"properties": {"id": {"type": "integer", "identity": true}, "a": {"type": "string"}}}"#

    private static func log(_ more: String = "") -> String {
        #"{"properties": {"a": {"type": "string"}\#(more)}, "primaryKey": []}"#
    }
}
