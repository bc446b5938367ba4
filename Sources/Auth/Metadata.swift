import Bytes
import Diagnostics
import Values

/// The free-form JSON objects of users and identities, as canonical text.
enum Metadata {
    /// An object with members of its own.
    static func object(_ members: JSON) throws(Problem) -> String {
        try canonical(members.bytes)
    }

    /// `base` with the members of `patch` put over it, one level deep.
    ///
    /// - Parameter dropsNulls: whether a `null` in the patch removes the member (auth.md §9) or is
    ///   kept.
    /// - Throws: 400 for what no json column takes.
    static func merge(
        _ base: String, _ patch: JSONValue, dropsNulls: Bool
    ) throws(Problem) -> String {
        var members: [[UInt8]: JSONValue] = [:]
        if let base = parsed(base) {
            for member in base.members { members[member.key.utf8 ?? []] = member.value }
        }
        for member in patch.members {
            let isDropped = dropsNulls && member.value.isNull
            members[member.key.utf8 ?? []] = isDropped ? nil : member.value
        }
        var text = [ASCII.leftBrace]
        for (key, value) in members {
            if text.count > 1 { text.append(ASCII.comma) }
            text.append(jsonString: key)
            text.append(ASCII.colon)
            text.append(contentsOf: value.raw)
        }
        text.append(ASCII.rightBrace)
        return try canonical(text)
    }

    /// The same with members written by the server.
    static func merge(_ base: String, _ patch: JSON) throws(Problem) -> String {
        guard let patch = parsed(String(utf8: patch.bytes)) else { return base }
        return try merge(base, patch, dropsNulls: false)
    }

    /// Refuses metadata that would make the user's tokens too long to send.
    static func check(_ userMetadata: String) throws(Problem) {
        try check(length: userMetadata.utf8.count)
    }

    /// - Parameter length: In bytes.
    static func check(length: Int) throws(Problem) {
        guard length <= AuthLimits.userMetadataBytesMax else {
            throw Problem(
                code: "validation_failed", status: 422,
                message: "User metadata may have at most \(AuthLimits.userMetadataBytesMax) "
                    + "bytes, because it is part of every access token")
        }
    }

    private static func parsed(_ text: String) -> JSONValue? {
        try? JSONDocument(parsing: Array(text.utf8), depthMax: AuthLimits.bodyDepthMax).root
    }

    static func canonical(_ bytes: [UInt8]) throws(Problem) -> String {
        guard let root = parsed(String(utf8: bytes)) else { return "{}" }
        do throws(JSONCanonicalFault) {
            return String(utf8: try root.canonical)
        } catch {
            throw .validation("User metadata: \(Problem(error).message)")
        }
    }
}
