import Foundation

/// Runs bodies side by side, each on a thread of its own, and waits for all.
///
/// - Returns: what they threw, in words.
public func onThreads(_ bodies: [@Sendable () throws -> Void]) async -> [String] {
    await withTaskGroup(of: String?.self) { group in
        for body in bodies {
            group.addTask {
                await withCheckedContinuation { continuation in
                    Thread.detachNewThread {
                        let result = Result { try body() }
                        if case .failure(let error) = result {
                            continuation.resume(returning: "\(error)")
                        } else {
                            continuation.resume(returning: nil)
                        }
                    }
                }
            }
        }
        return await group.reduce(into: []) { if let fault = $1 { $0.append(fault) } }
    }
}
