import Bytes
import Store

/// A function that statements call and the server does not have, or not with our meaning. The
/// engine installs all of them into a schema of ours, under the lock of migrations: two sessions
/// that do so side by side fail.
public struct DatabaseFunction: Hashable, Sendable {
    /// Its name in the schema.
    public let name: String
    /// Its operands' types.
    let parameters: String
    let result: String
    let body: Body
    /// Whether it does something, so that it is run for each row and never before. All others are
    /// immutable and may run in parallel.
    var isVolatile = false

    /// What it is made of. Every one takes NULL.
    enum Body: Hashable, Sendable {
        /// An expression over `$1`, `$2` …, read where it is made: the planner puts it in place of
        /// a call.
        case expression(String)
        /// A block of plpgsql.
        case block(String)
    }

    /// The schema of our functions, and of the log of changes.
    public static let schema = "_apus"

    /// All of them, each behind those that it calls.
    public static let all = [
        lowerBeyondASCII, lower, upperBeyondASCII, upper, jsonElement, jsonText, uuid, dateText,
        converts, refuse,
    ]

    /// Makes it in a schema that is there, or replaces what has its name.
    public func statement(schema: String = schema) -> String {
        let place = quoted(identifier: schema) + "."
        let head = "CREATE OR REPLACE FUNCTION \(place)\(name)(\(parameters)) RETURNS \(result)"
        let traits = isVolatile ? "VOLATILE" : "IMMUTABLE PARALLEL SAFE"
        switch body {
        case .expression(let text):
            let text = text.split(separator: Self.here, omittingEmptySubsequences: false)
                .joined(separator: place)
            return "\(head) LANGUAGE sql \(traits) RETURN \(text)"
        case .block(let text):
            let literal = PostgresDialect.literal(text)
            return "\(head) LANGUAGE plpgsql \(traits) AS \(literal)"
        }
    }

    /// Tells it from what other versions of the server have made by its name.
    var version: String { String(FNV1a.hash(Array(statement(schema: "").utf8)), radix: 16) }

    /// Writes ``version`` down beside the function.
    var comment: String {
        let place = quoted(identifier: Self.schema) + "." + name
        return "COMMENT ON FUNCTION \(place)(\(parameters)) IS '\(version)'"
    }

    /// Stands for the schema and a dot.
    private static let here: Character = "@"
}

// MARK: JSON and casts

extension DatabaseFunction {
    /// An element of an array by its place. `->` alone takes a scalar for an array of one.
    static let jsonElement = DatabaseFunction(
        name: "json_element", parameters: "jsonb, int8", result: "jsonb",
        body: .expression(
            """
            CASE WHEN jsonb_typeof($1) = 'array' AND $2 BETWEEN -2147483648 AND 2147483647 \
            THEN $1 -> $2::int4 END
            """))

    /// What `->>` makes of a value: the text of a string, nothing of null, and JSON of an array or
    /// object, without the blanks that the server prints.
    static let jsonText = DatabaseFunction(
        name: "json_text", parameters: "jsonb", result: "text",
        body: .expression(
            #"""
            CASE WHEN jsonb_typeof($1) IN ('array', 'object') THEN \#
            regexp_replace($1::text, E'("(?:[^"\\\\]|\\\\.)*")|([:,]) ', E'\\1\\2', 'g') \#
            ELSE $1 #>> '{}' END
            """#))

    /// The UUID that a text spells with dashes; NULL where a cast would raise 22P02.
    static let uuid = DatabaseFunction(
        name: "uuid", parameters: "text", result: "uuid",
        body: .expression(
            """
            CASE WHEN $1 ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' \
            THEN $1::uuid END
            """))
}

extension DatabaseFunction {
    /// A date as a text, whatever style the session has dates in.
    static let dateText = DatabaseFunction(
        name: "date_text", parameters: "date", result: "text",
        body: .expression("to_char($1::timestamp, 'YYYY-MM-DD')"))
}

// MARK: Migrations

extension DatabaseFunction {
    /// Whether a text spells a value of a type. A server before 16 has nothing that says so.
    static let converts = DatabaseFunction(
        name: "converts", parameters: "text, text", result: "boolean",
        body: .block(
            """
            BEGIN
              EXECUTE pg_catalog.format('SELECT CAST($1 AS %s)', $2) USING $1;
              RETURN true;
            EXCEPTION WHEN data_exception THEN
              RETURN false;
            END
            """), isVolatile: true)
}
