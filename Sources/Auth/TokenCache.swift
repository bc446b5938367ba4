import Glibc
import Quotas

/// Tokens verified lately, by their bytes: checking one again costs a look here instead of a
/// signature.
///
/// A fixed table of two-way sets over striped locks: no list to keep, nothing to grow. Only tokens
/// with a right signature get in. The set is chosen by a hash of the signature seeded anew in each
/// process, and equal hashes mean an equal signature, so that the time of the comparison that
/// follows tells nothing about a signature not known already.
///
///     hash ─► stripe (lock) ─► set ─► newer │ older
final class TokenCache: Sendable {
    private final class Entry: Sendable {
        let token: [UInt8]
        let hash: Int
        let claims: TokenClaims

        init(token: [UInt8], hash: Int, claims: TokenClaims) {
            self.token = token
            self.hash = hash
            self.claims = claims
        }
    }

    private struct TwoWaySet: Sendable {
        var newer: Entry?
        var older: Entry?
    }

    private let stripes: Stripes<[TwoWaySet]>
    private let setsPerStripe: Int
    private static let stripeCount = 32
    /// Base64url digits of a 32-byte signature.
    private static let signatureBytes = 43

    init(tokensMax: Int = AuthLimits.verifiedTokensMax) {
        let sets = max(1, tokensMax / (2 * Self.stripeCount))
        setsPerStripe = sets
        stripes = Stripes(Self.stripeCount, Array(repeating: TwoWaySet(), count: sets))
    }

    /// The claims of a token that was verified before.
    func claims(of token: ArraySlice<UInt8>) -> TokenClaims? {
        let hash = Self.hash(token)
        let index = index(of: hash)
        return stripes.withLock(of: hash) { sets in
            if let entry = sets[index].newer, entry.hash == hash, Self.equal(entry.token, token) {
                return entry.claims
            }
            if let entry = sets[index].older, entry.hash == hash, Self.equal(entry.token, token) {
                return entry.claims
            }
            return nil
        }
    }

    func insert(_ claims: TokenClaims, for token: ArraySlice<UInt8>) {
        let hash = Self.hash(token)
        let entry = Entry(token: Array(token), hash: hash, claims: claims)
        let index = index(of: hash)
        stripes.withLock(of: hash) { sets in
            sets[index].older = sets[index].newer
            sets[index].newer = entry
        }
    }

    /// Forgets every token whose claims meet the condition. Walks the whole table: tens of
    /// microseconds.
    func removeAll(where condition: (TokenClaims) -> Bool) {
        stripes.forEach { sets in
            for index in sets.indices {
                if let entry = sets[index].newer, condition(entry.claims) {
                    sets[index].newer = nil
                }
                if let entry = sets[index].older, condition(entry.claims) {
                    sets[index].older = nil
                }
            }
        }
    }

    /// The set of a hash within its stripe, by what did not choose that.
    private func index(of hash: Int) -> Int {
        Int(UInt(bitPattern: hash) / UInt(Self.stripeCount) % UInt(setsPerStripe))
    }

    private static func hash(_ token: ArraySlice<UInt8>) -> Int {
        var hasher = Hasher()
        unsafe token.suffix(signatureBytes).withUnsafeBytes {
            unsafe hasher.combine(bytes: $0)
        }
        return hasher.finalize()
    }

    private static func equal(_ one: [UInt8], _ other: ArraySlice<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        return unsafe one.withUnsafeBytes { left in
            unsafe other.withUnsafeBytes { right in
                guard let left = left.baseAddress, let right = right.baseAddress else {
                    return true
                }
                return unsafe memcmp(left, right, one.count) == 0
            }
        }
    }
}
