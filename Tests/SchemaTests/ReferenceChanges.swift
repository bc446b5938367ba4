// Changes of references: of several columns, with names of their own, and in circles.
extension ChangeTests {
    static let references: [Change] = [
        Change(
            "a reference of two columns that is new", [orders, lines()], [orders, lines(both())],
            rows: filled, "SELECT count(*) FROM lines", "3"),
        Change(
            "a reference of two columns that rows break", [orders, lines()],
            [orders, lines(both())], rows: filled + "; INSERT INTO lines VALUES (4, 1, 9)",
            "SELECT count(*) FROM lines", "4", refused: "(4, 1, 9)"),
        Change(
            "another action of two columns", [orders, lines(both())],
            [orders, lines(both(#", "onDelete": "cascade""#))], rows: filled,
            "SELECT count(*) FROM lines", "3"),
        Change(
            "a reference of two columns that goes", [orders, lines(both())], [orders, lines()],
            rows: filled, "SELECT count(*) FROM lines", "3"),
        Change(
            "another name", [orders, lines(both())],
            [orders, lines(both(#", "name": "line of order""#))], rows: filled,
            "SELECT count(*) FROM lines", "3"),
        Change(
            "no name of its own any more", [orders, lines(both(#", "name": "line of order""#))],
            [orders, lines(both())], rows: filled, "SELECT count(*) FROM lines", "3"),
        Change(
            "a reference of two columns, one of which gets another name", [orders, lines(both())],
            [orders, lines(both(order: "order_id"), order: "order_id", former: "order")],
            rows: filled, "SELECT count(*) FROM lines WHERE order_id = 1", "1"),
        Change(
            "a reference of two columns that get another type", [orders, lines(both())],
            [ordered(#""type": "string""#), lines(both(), type: #""type": "string""#)],
            rows: filled, "SELECT count(*) FROM lines WHERE tenant = '1'", "2"),
        Change(
            "a reference of two columns, and one of one of them", [orders, lines(both())],
            [
                ("models/tenants.json", #"{"properties": {"id": {"type": "integer"}}}"#), orders,
                lines(both()),
            ], rows: filled, "SELECT count(*) FROM tenants", "0"),
        Change(
            "two models that come to refer to each other", [side("a"), side("b")],
            [side("a", to: "b"), side("b", to: "a")],
            rows: "INSERT INTO a (id, n) VALUES (1, 1); INSERT INTO b (id, n) VALUES (1, 1)",
            "SELECT count(*) FROM a", "1"),
        Change(
            "three new models that refer in a circle", [side("things")],
            [side("things"), side("a", to: "b"), side("b", to: "c"), side("c", to: "a")],
            rows: "SELECT 1", "SELECT count(*) FROM a", "0"),
        Change(
            "a model that refers to a new one, which refers back", [side("a")],
            [side("a", to: "b"), side("b", to: "a")], rows: "SELECT 1",
            "SELECT count(*) FROM b", "0"),
        Change(
            "a circle that goes", [side("a", to: "b"), side("b", to: "a"), side("things")],
            [side("things")], rows: "SELECT 1", "SELECT count(*) FROM things", "0"),
    ]

    private static let orders = ordered(#""type": "integer""#)

    private static func ordered(_ type: String) -> (String, String) {
        (
            "models/orders.json",
            #"""
            {"properties": {"tenant": {\#(type)}, "id": {"type": "integer"}}, \#
            "required": ["tenant", "id"], "primaryKey": ["tenant", "id"]}
            """#
        )
    }

    private static func lines(
        _ rest: String = "", order: String = "order", former: String? = nil,
        type: String = #""type": "integer""#
    ) -> (String, String) {
        let renamed = former.map { #", "renamedFrom": "\#($0)""# } ?? ""
        return (
            "models/lines.json",
            #"""
            {"properties": {"id": {"type": "integer"}, "tenant": {\#(type)}, \#
            "\#(order)": {"type": "integer"\#(renamed)}}\#(rest)}
            """#
        )
    }

    private static func both(_ more: String = "", order: String = "order") -> String {
        #", "references": [{"columns": ["tenant", "\#(order)"], "model": "orders"\#(more)}]"#
    }

    /// What refers to nothing where a column is null.
    private static let filled = """
        INSERT INTO orders (tenant, id) VALUES (1, 1), (1, 2);
        INSERT INTO lines VALUES (1, 1, 1), (2, 1, NULL), (3, NULL, 9)
        """

    private static func side(_ name: String, to other: String? = nil) -> (String, String) {
        let words = other.map { #", "references": {"model": "\#($0)"}"# } ?? ""
        return (
            "models/\(name).json",
            #"""
            {"properties": {"id": {"type": "integer"}, "n": {"type": "integer"\#(words)}}, \#
            "required": ["n"]}
            """#
        )
    }
}
