extension Vocabulary {
    static let project = Vocabulary(
        name: .project, noun: "project.json",
        words: [
            Word("$schema", .text, "Where editors find the JSON Schema of this format."),
            Word("name", .text, "The project's name."),
            Word("auth", .words(.auth), "Sign-up and sign-in."),
            Word("rest", .words(.rest), "The REST API."),
            Word("realtime", .words(.realtimeSettings), "The feeds."),
            Word("cors", .words(.cors), "Which web pages may call."),
            Word("limits", .words(.limits), "The bounds of what one client may ask for."),
        ])

    static let auth = Vocabulary(
        name: .auth, noun: "\"auth\"",
        words: [
            Word("jwt_expiry_seconds", .integer(min: 60), "The life of an access token."),
            Word("password_min_length", .integer(min: 1), "The fewest characters of a password."),
            Word("disable_signup", .boolean, "Whether new users are turned away."),
            Word(
                "autoconfirm", .constant(true),
                "Whether addresses count as confirmed at once (mail is not built yet)."),
            Word("anonymous", .boolean, "Whether sign-in without an address is allowed."),
            Word(
                "refresh_reuse_seconds", .integer(min: 0),
                "How long a used refresh token still works."),
        ])

    static let rest = Vocabulary(
        name: .rest, noun: "\"rest\"",
        words: [
            Word("max_rows", .integer(min: 1), "The most rows of one answer."),
            Word("safe_update", .boolean, "Whether updates and deletes need a filter."),
            Word("statement_timeout_ms", .integer(min: 1), "When a statement is given up."),
        ])

    static let realtimeSettings = Vocabulary(
        name: .realtimeSettings, noun: "\"realtime\"",
        words: [
            Word("retain", .text, "How long changes stay readable where the model does not say."),
            Word("channels_per_socket", .integer(min: 1), "The most channels one socket may join."),
            Word("messages_per_second", .integer(min: 1), "The most messages one socket may send."),
        ])

    static let cors = Vocabulary(
        name: .cors, noun: "\"cors\"",
        words: [Word("origins", .list(.text, min: 0), "The origins allowed; \"*\" is any.")])

    static let limits = Vocabulary(
        name: .limits, noun: "\"limits\"",
        words: [
            Word("body_bytes", .integer(min: 1024), "The largest request body."),
            Word("connections", .integer(min: 1), "The most open connections."),
            Word("message_bytes", .integer(min: 1024), "The largest WebSocket message."),
        ])
}
