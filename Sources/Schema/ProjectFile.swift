import Bytes
import Diagnostics

/// Reads `project.json`.
struct ProjectFile {
    private let reader: FileReader

    typealias Words = [String: FileReader.Member]

    static func read(_ file: SourceFile, report: Report) -> ProjectSettings {
        ProjectFile(reader: FileReader(file: file, report: report)).read()
    }

    private func read() -> ProjectSettings {
        var settings = ProjectSettings()
        guard let root = reader.parse() else { return settings }
        let words = reader.words(of: root, .project)
        set(&settings.name, words["name"]?.value.string)
        readAuth(section(words, "auth", .auth), &settings.auth)
        readREST(section(words, "rest", .rest), &settings.rest)
        readRealtime(section(words, "realtime", .realtimeSettings), &settings.realtime)
        let cors = section(words, "cors", .cors)
        set(&settings.cors.origins, strings(cors, "origins"))
        let limits = section(words, "limits", .limits)
        set(&settings.limits.bodyBytesMax, integer(limits, "body_bytes"))
        set(&settings.limits.connectionsMax, integer(limits, "connections"))
        set(&settings.limits.messageBytesMax, integer(limits, "message_bytes"))
        return settings
    }

    private func readAuth(_ words: Words, _ auth: inout ProjectSettings.Auth) {
        set(&auth.jwtExpirySeconds, integer(words, "jwt_expiry_seconds"))
        set(&auth.passwordMinLength, integer(words, "password_min_length"))
        set(&auth.disablesSignup, words["disable_signup"]?.value.bool)
        set(&auth.autoconfirm, words["autoconfirm"]?.value.bool)
        set(&auth.allowsAnonymous, words["anonymous"]?.value.bool)
        set(&auth.refreshReuseSeconds, integer(words, "refresh_reuse_seconds"))
    }

    private func readREST(_ words: Words, _ rest: inout ProjectSettings.REST) {
        set(&rest.maxRows, integer(words, "max_rows"))
        set(&rest.safeUpdate, words["safe_update"]?.value.bool)
        set(&rest.statementTimeoutMilliseconds, integer(words, "statement_timeout_ms"))
    }

    private func readRealtime(_ words: Words, _ realtime: inout ProjectSettings.Realtime) {
        set(&realtime.retain, words["retain"].flatMap { reader.duration($0.value) })
        set(&realtime.channelsPerSocketMax, integer(words, "channels_per_socket"))
        set(&realtime.messagesPerSecondMax, integer(words, "messages_per_second"))
    }

    private func section(_ words: Words, _ name: String, _ vocabulary: Vocabulary.Name) -> Words {
        words[name].map { reader.words(of: $0.value, vocabulary) } ?? [:]
    }

    private func integer(_ words: Words, _ name: String) -> Int? {
        words[name]?.value.int64.map { Int($0) }
    }

    private func strings(_ words: Words, _ name: String) -> [String]? {
        words[name].map { $0.value.elements.compactMap(\.string) }
    }

    private func set<T>(_ setting: inout T, _ value: T?) {
        if let value { setting = value }
    }
}
