import Bytes
public import HTTP

/// What a request shows of its caller (auth.md §1): the key that opens the door and the token that
/// says who it is. The one place that knows where the two stand; nothing is judged here.
public struct Credentials: Sendable {
    /// The API key: the field `apikey`, for sockets also `x-api-key`, else the parameter `apikey`,
    /// which is all that a browser's WebSocket can send. Nil when absent or empty.
    public let apiKey: ArraySlice<UInt8>?
    /// What follows `Bearer` and one space in `Authorization`; the word in any case.
    public let bearer: ArraySlice<UInt8>?

    /// Reads a request. Makes no copy unless the key stands in the query.
    public init(_ request: borrowing Request) {
        apiKey =
            Self.nonEmpty(request.fieldBytes("apikey"))
            ?? Self.nonEmpty(request.fieldBytes("x-api-key"))
            ?? Self.nonEmpty(Self.parameter(of: request))
        bearer = Self.bearer(of: request)
    }

    private static func nonEmpty(_ key: ArraySlice<UInt8>?) -> ArraySlice<UInt8>? {
        key?.isEmpty == true ? nil : key
    }

    private static func parameter(of request: borrowing Request) -> ArraySlice<UInt8>? {
        guard !request.rawQuery.isEmpty else { return nil }
        let values = QueryString.values(of: "apikey", in: request.rawQuery)
        return values.first?.map { Array($0.utf8)[...] }
    }

    private static func bearer(of request: borrowing Request) -> ArraySlice<UInt8>? {
        guard let value = request.fieldBytes("authorization"), value.count > 7,
            ASCII.equalIgnoringCase(value.prefix(7), "bearer ")
        else { return nil }
        return value.dropFirst(7)
    }
}
