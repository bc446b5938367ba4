import Bytes
import Crypto
import Diagnostics
import Glibc
import Quotas
import Synchronization
import Work

/// Hashes passwords on threads of its own: a hash takes tens of milliseconds and tens of megabytes,
/// so neither a loop nor an unbounded crowd may run it (auth.md §20.1).
///
/// Who has had the least of them comes first. Places are few, and each address has its share of
/// them. When all are taken, one who has less than others takes the last place of whoever has most:
/// that one is told when to come back. Whoever is known goes before strangers, however many
/// addresses those come from: every second hash is for such a one, and half of the places.
final class PasswordHasher: Sendable {
    /// What a comparison found.
    struct Verdict: Sendable {
        let matches: Bool
        /// Whether the stored hash has other parameters than new ones get.
        let isOutdated: Bool
    }

    private struct Load {
        /// Refused so far.
        var refused = RefusalCounts()
        /// Hashed so far.
        var hashed = 0
        /// How long a hash takes, as the latest ones have shown.
        var hashTime = Duration.zero
    }

    private let pool: WorkerPool<Void>
    private let threads: Int
    private let waiting: ShareBounds
    private let load = Mutex(Load())
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
        self.threads = threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        pool = WorkerPool(
            name: "passwords", threadsMax: self.threads, overflow: .greediest,
            niceness: PosixThread.backgroundNiceness
        ) {}
        let waitingMax = self.threads * waitingPerThread
        waiting = ShareBounds(total: waitingMax, each: perAddressMax ?? (waitingMax + 1) / 2)
        self.parameters = parameters
        decoy = Self.decoy(parameters)
    }

    deinit {
        close()
    }

    /// Passwords that wait now, and those hashed and refused so far.
    var counts: (waiting: Int, hashed: Int, refused: RefusalCounts) {
        let waiting = pool.counts.waiting
        return load.withLock { (waiting, $0.hashed, $0.refused) }
    }

    /// Refuses what waits and ends the threads, after the hashes they have begun.
    func close() {
        pool.close()
        pool.join()
    }

    /// The stored form of a password.
    ///
    /// - Throws: 429 when too many hashes wait.
    func hash(_ password: [UInt8], for asker: HashAsker) async throws(Problem) -> String {
        let parameters = parameters
        return try await run(for: asker) { () throws(ScryptError) in
            try PasswordHash(of: password, parameters: parameters).phc
        }
    }

    /// Compares a password with a stored hash, or with the decoy when there is none: then nothing
    /// matches.
    func verify(
        _ password: [UInt8], against stored: String?, for asker: HashAsker
    ) async throws(Problem) -> Verdict {
        let known = stored.flatMap(PasswordHash.init(phc:))
        let parameters = parameters
        guard password.count <= AuthLimits.passwordBytesMax, let hash = known ?? decoy else {
            return Verdict(matches: false, isOutdated: false)
        }
        let matches = try await run(for: asker) { () throws(ScryptError) in
            try hash.matches(password)
        }
        return Verdict(
            matches: matches && known != nil, isOutdated: hash.parameters != parameters)
    }

    private func run<R: Sendable>(
        for asker: HashAsker, _ work: @escaping @Sendable () throws(ScryptError) -> R
    ) async throws(Problem) -> R {
        let outcome: Result<R, ScryptError>
        let time: Duration
        do throws(WorkRefusal) {
            (outcome, time) = try await pool.run(
                within: waiting, for: asker.caller, goesFirst: asker.isKnown
            ) { _ in
                let start = ContinuousClock.now
                let outcome: Result<R, ScryptError> = Result(catching: work)
                return (outcome, ContinuousClock.now - start)
            }
        } catch {
            throw .tooManyRequests(
                retryAfterSeconds: retryAfterSeconds(error), policy: "auth.password_queue")
        }
        note(time)
        do throws(ScryptError) {
            return try outcome.get()
        } catch {
            throw Problem(
                code: "unexpected_failure", status: 503,
                message: "The password could not be checked now, please try again",
                cause: "\(error)")
        }
    }

    private func note(_ time: Duration) {
        load.withLock { load in
            load.hashed += 1
            load.hashTime = load.hashTime == .zero ? time : (load.hashTime * 7 + time) / 8
        }
    }

    /// When it is worth asking again: when those who wait now have had their turn.
    private func retryAfterSeconds(_ refusal: WorkRefusal) -> Int64 {
        switch refusal {
        case .full(let shortage):
            let turns = pool.counts.waiting + 1
            let time = load.withLock { load in
                load.refused.count(shortage)
                return load.hashTime * turns / threads
            }
            return max(1, time.secondsRoundedUp)
        // Elsewhere or later it may go; one that was cancelled reads nothing.
        case .closed, .withdrawn: return 1
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

/// Who asks for a hash.
struct HashAsker: Sendable {
    /// By the address: nobody has proved yet who they are.
    let caller: Caller
    /// Whether it is a device that the account knows, or shows the service key.
    let isKnown: Bool

    /// The server itself.
    static let server = HashAsker(caller: .server, isKnown: true)
}
