/// One caller's wait for the addresses of a name. Confined to its loop's thread.
///
/// The resolver holds it across threads; it is empty once it is over, so that it does not matter
/// where it is released.
final class Resolution {
    private var completion: ((Resolver.Answer) -> Void)?
    var onCancel: (() -> Void)?

    init(_ completion: @escaping (Resolver.Answer) -> Void) { self.completion = completion }

    /// Tells the caller, unless it has given up.
    func finish(_ answer: Resolver.Answer) {
        let completion = completion
        self.completion = nil
        onCancel = nil
        completion?(answer)
    }

    /// Gives up: the caller is told nothing.
    func cancel() {
        completion = nil
        onCancel?()
        onCancel = nil
    }
}

@available(*, unavailable)
extension Resolution: Sendable {}
