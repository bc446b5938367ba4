import Bytes
import Diagnostics
import HTTP

/// A service of Supabase that is not here yet. Its clients are told so in the form of its errors,
/// which they show.
enum UnbuiltService: CaseIterable {
    case storage, functions

    /// All that it would answer.
    var paths: PathPattern {
        switch self {
        case .storage: "storage/v1/{path...}"
        case .functions: "functions/v1/{path...}"
        }
    }

    private var message: String {
        switch self {
        case .storage: "File storage is not built in this version of Apus"
        case .functions: "Functions are not built in this version of Apus"
        }
    }

    /// What every request of its clients is answered.
    var response: Response {
        let (status, code, body) = wording
        var response = Response(
            status: status, contentType: "application/json; charset=utf-8", body: body.bytes)
        response.refusal = Refusal(code: code, message: message)
        return response
    }

    /// A feature that is off (storage.md §1.1), and a function that there is not (§12).
    private var wording: (status: Int, code: String, body: JSON) {
        switch self {
        case .storage:
            let code = "FeatureNotEnabled"
            return (
                403, code,
                [
                    "statusCode": "403", "error": .string(code), "message": .string(message),
                    "code": .string(code),
                ]
            )
        case .functions:
            let code = "NOT_FOUND"
            return (
                404, code,
                ["code": .string(code), "message": .string(message), "error": .string(message)]
            )
        }
    }
}
