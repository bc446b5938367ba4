import Bytes
import Foundation
import TestSupport

/// What one server has made, ids and numbers and sessions, by the order in which it came to be
/// seen; so that requests can mention it and answers can be compared.
final class Translator {
    struct Session {
        var accessToken: String
        var refreshToken: String
        var user: String
    }

    /// Which of two servers with the same users it is for.
    private let side: Side?
    /// By the number of the user.
    private(set) var sessions: [Int: Session] = [:]
    private var symbols: [Mark: String] = [:]
    /// The values by the name of their symbols.
    private var values: [String: [String]] = [:]

    init(_ side: Side? = nil) { self.side = side }

    /// Keeps the session that an answer begins.
    func learn(from answer: HTTPAnswer, to request: GeneratedRequest) {
        guard let user = request.signsIn, let json = try? answer.json,
            let access = json["access_token"]?.string, let refresh = json["refresh_token"]?.string
        else { return }
        let id = json["user"]?["id"]?.string ?? ""
        sessions[user] = Session(accessToken: access, refreshToken: refresh, user: id)
    }

    /// The symbol of a value, if it has one.
    func symbol(of mark: Mark) -> String? { symbols[mark] }

    /// Gives a value a symbol, unless it has one.
    ///
    /// - Parameter kind: what symbols of its sort are called.
    func name(_ mark: Mark, _ kind: String) {
        guard symbols[mark] == nil else { return }
        let number = values[kind, default: []].count
        values[kind, default: []].append(mark.value)
        symbols[mark] = "⟦\(kind):\(number)⟧"
    }

    /// Replaces symbols by what they stand for here. Numbers begin again behind the last.
    func translate(_ text: String) -> String {
        var pieces = text.components(separatedBy: "⟦")
        for index in pieces.indices.dropFirst() {
            let halves = pieces[index].split(
                separator: "⟧", maxSplits: 1, omittingEmptySubsequences: false)
            let words = halves[0].split(separator: ":")
            guard halves.count == 2, words.count == 2, let number = Int(words[1]) else {
                pieces[index] = "⟦" + pieces[index]
                continue
            }
            pieces[index] = value(String(words[0]), number) + halves[1]
        }
        return pieces.joined()
    }

    private func value(_ kind: String, _ number: Int) -> String {
        switch kind {
        case "uid" where side != nil: return SharedSecret.users[number]
        case "secret": return side?.secret(number) ?? ""
        case "uid": return sessions[number]?.user ?? Mark.nobody
        case "refresh": return sessions[number]?.refreshToken ?? "none"
        default:
            let known = values[kind] ?? []
            let nothing = kind == "id" ? Mark.nobody : "999"
            return known.isEmpty ? nothing : known[number % known.count]
        }
    }
}
