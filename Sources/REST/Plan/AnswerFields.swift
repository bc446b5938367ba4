import HTTP

/// The field lines that all answers of a plan share.
struct AnswerFields: Sendable {
    /// Complete lines, as ``HTTP/Response/fieldLines`` has them.
    let lines: [UInt8]
    /// The names that the request uses and clients should use no more.
    let outdated: [String]

    /// - Parameters:
    ///   - media: What the body is; nil when there is none.
    ///   - applied: The value of `Preference-Applied`.
    ///   - schema: The value of `Content-Profile`.
    init(media: MediaType?, applied: String?, schema: String?, outdated: [String]) {
        var lines: [UInt8] = []
        if let media { lines.append(field: "Content-Type", ascii: media.contentType) }
        if let applied { lines.append(field: "Preference-Applied", applied) }
        if let schema { lines.append(field: "Content-Profile", schema) }
        // RFC 9745 wants a date, and files have none: long ago.
        if !outdated.isEmpty { lines.append(field: "Deprecation", ascii: "@0") }
        self.lines = lines
        self.outdated = outdated
    }
}
