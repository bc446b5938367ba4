import Work

/// A thread that runs one event loop, from any thread's point of view.
public final class LoopThread: Sendable {
    /// The loop's door for work, tasks and timers.
    public let context: LoopContext
    private let thread: PosixThread

    /// Starts a thread named `name` and a loop on it; returns when the loop exists.
    public init(index: Int, name: String) throws(NetworkError) {
        let reply = Handover<Result<LoopContext, NetworkError>>()
        let thread = PosixThread(name: name, slice: PosixThread.promptSlice) {
            do throws(NetworkError) {
                let loop = try EventLoop(index: index)
                reply.give(.success(loop.context))
                loop.run()
            } catch {
                reply.give(.failure(error))
            }
        }
        guard let thread else { throw .threadsExhausted }
        self.thread = thread
        switch reply.take() {
        case .success(let context): self.context = context
        case .failure(let error):
            thread.join()
            throw error
        }
    }

    /// Runs `body` on the loop and waits for what it returns or throws. Blocks the caller.
    ///
    /// Not to be called on the loop's own thread, nor after `stop()`: both would wait for ever (the
    /// first one traps instead).
    public func perform<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable (EventLoop) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try begin(body)()
    }

    /// Begins to run `body` on the loop, for a caller that has other loops to set to work as well.
    ///
    /// - Returns: what waits for that which `body` returns or throws, as ``perform(_:)`` does; to
    ///   be called once.
    public func begin<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable (EventLoop) throws(Failure) -> Value
    ) -> () throws(Failure) -> Value {
        precondition(!context.isCurrent, "a loop cannot wait for itself")
        let reply = Handover<Result<Value, Failure>>()
        let context = context
        context.post {
            do throws(Failure) {
                reply.give(.success(try body(context.loop)))
            } catch {
                reply.give(.failure(error))
            }
        }
        return { () throws(Failure) in try reply.take().get() }
    }

    /// Ends the loop after its current turn, closing what is registered. Does not wait.
    public func stop() {
        let context = context
        context.post { context.loop.stop() }
    }

    /// Waits until the thread has ended.
    public func join() { thread.join() }
}
