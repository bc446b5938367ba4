import Bytes
import Crypto
import Diagnostics
import Glibc
import Quotas
import Work

/// Hashes passwords on threads of its own: a hash takes tens of milliseconds and tens of megabytes,
/// so neither a loop nor an unbounded crowd may run it (auth.md §20.1).
final class PasswordHasher: Sendable {
    /// What a comparison found.
    struct Verdict: Sendable {
        let matches: Bool
        /// Whether the stored hash has other parameters than new ones get.
        let isOutdated: Bool
    }

    private let pool: WorkerPool<Void>
    private let queue: HashQueue
    private let parameters: ScryptParameters
    /// Compared with when there is no such user, so that the answer takes the same time.
    private let decoy: PasswordHash?

    /// - Parameters:
    ///   - threads: nil for one per processor.
    ///   - waitingPerThread: hashes that may wait, for each thread.
    ///   - perAddressMax: how many of them one address may ask for; nil for half of them.
    init(
        parameters: ScryptParameters, threads: Int?, waitingPerThread: Int, perAddressMax: Int?
    ) throws(Problem) {
        do {
            try Scrypt.selfTest(parameters)
        } catch {
            throw .setting(
                "scrypt parameters", "must be ones that OpenSSL hashes passwords with",
                cause: "\(error)")
        }
        let threads = threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        pool = WorkerPool(
            name: "passwords", threadsMax: threads, niceness: PosixThread.backgroundNiceness
        ) {}
        let waitingMax = threads * waitingPerThread
        queue = HashQueue(
            threads: threads,
            places: .init(max: waitingMax, perCallerMax: perAddressMax ?? (waitingMax + 1) / 2))
        self.parameters = parameters
        decoy = Self.decoy(parameters)
    }

    deinit {
        close()
    }

    /// Passwords that wait now, and those refused so far.
    var counts: (waiting: Int, refused: Int) { queue.counts }

    /// Refuses what waits and ends the threads, after the hashes they have begun.
    func close() {
        pool.close()
        pool.join()
    }

    /// The stored form of a password.
    ///
    /// - Throws: 429 when too many hashes wait.
    func hash(_ password: [UInt8], for caller: Caller) async throws(Problem) -> String {
        let parameters = parameters
        return try await run(for: caller) { () throws(ScryptError) in
            try PasswordHash(of: password, parameters: parameters).phc
        }
    }

    /// Compares a password with a stored hash, or with the decoy when there is none: then nothing
    /// matches.
    func verify(
        _ password: [UInt8], against stored: String?, for caller: Caller
    ) async throws(Problem) -> Verdict {
        let known = stored.flatMap(PasswordHash.init(phc:))
        let parameters = parameters
        guard password.count <= AuthLimits.passwordBytesMax, let hash = known ?? decoy else {
            return Verdict(matches: false, isOutdated: false)
        }
        let matches = try await run(for: caller) { () throws(ScryptError) in
            try hash.matches(password)
        }
        return Verdict(
            matches: matches && known != nil, isOutdated: hash.parameters != parameters)
    }

    private func run<R: Sendable>(
        for caller: Caller, _ work: @escaping @Sendable () throws(ScryptError) -> R
    ) async throws(Problem) -> R {
        let outcome = try await queue.run(for: caller) { () async throws(Problem) in
            do throws(WorkRefusal) {
                return try await pool.run(waitingMax: .max) { Result(catching: work) }
            } catch {
                // No thread, or closing: elsewhere or later it may go. One that was cancelled
                // reads nothing.
                throw .tooManyRequests(retryAfterSeconds: 1)
            }
        }
        do throws(ScryptError) {
            return try outcome.get()
        } catch {
            throw Problem(
                code: "unexpected_failure", status: 503,
                message: "The password could not be checked now, please try again",
                cause: "\(error)")
        }
    }

    /// A hash of nothing: random where the salt and the key would be.
    private static func decoy(_ parameters: ScryptParameters) -> PasswordHash? {
        let salt = Base64.encode(RandomBytes.make(16)).prefix { $0 != "=" }
        let key = Base64.encode(RandomBytes.make(32)).prefix { $0 != "=" }
        let cost = "ln=\(parameters.logN),r=\(parameters.r),p=\(parameters.p)"
        return PasswordHash(phc: "$scrypt$\(cost)$\(salt)$\(key)")
    }
}
