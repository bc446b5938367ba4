import CSQLite

// SQL functions written in Swift (appfunc.html). A box per function is handed to SQLite, which
// releases it when the connection closes.

/// The state of an aggregate over one group of rows.
public protocol AggregateState: AnyObject {
    /// Takes in a row.
    func add(_ call: FunctionCall)
    /// Answers for the group, which may be empty.
    func finish(_ call: FunctionCall)
}

@safe private final class ScalarBox {
    let body: (FunctionCall) -> Void
    /// Outlives the box, which SQLite releases when the connection closes.
    let progress: UnsafeMutablePointer<ProgressState>

    init(
        _ body: @escaping (FunctionCall) -> Void, _ progress: UnsafeMutablePointer<ProgressState>
    ) {
        self.body = body
        unsafe self.progress = progress
    }
}

private final class AggregateBox {
    let makeState: () -> any AggregateState
    init(_ makeState: @escaping () -> any AggregateState) { self.makeState = makeState }
}

/// An aggregate's state with a fixed layout, so that it can be a plain pointer.
private final class StateBox {
    let state: any AggregateState
    init(_ state: any AggregateState) { self.state = state }
}

extension Connection {
    /// Makes `name` a function of SQL on this connection, which gives the same answer for the same
    /// arguments. `argumentCount` −1 takes any number up to 127.
    public func define(
        _ name: String, argumentCount: Int32,
        _ body: @escaping (FunctionCall) -> Void
    ) throws(SQLiteError) {
        let box = unsafe Unmanaged.passRetained(ScalarBox(body, progress)).toOpaque()
        let code = unsafe sqlite3_create_function_v2(
            handle, name, argumentCount, Self.flags, box,
            { context, count, arguments in
                var call = unsafe FunctionCall(context, count, arguments)
                guard let pointer = unsafe call.userData else { return }
                let box = unsafe Unmanaged<ScalarBox>.fromOpaque(pointer).takeUnretainedValue()
                unsafe call.progress = box.progress
                box.body(call)
            }, nil, nil, release)
        if code != SQLITE_OK { throw unsafe SQLiteError(code: code, handle: handle) }
    }

    /// Makes `name` an aggregate function of SQL on this connection.
    public func defineAggregate(
        _ name: String, argumentCount: Int32, _ makeState: @escaping () -> any AggregateState
    ) throws(SQLiteError) {
        let box = unsafe Unmanaged.passRetained(AggregateBox(makeState)).toOpaque()
        let code = unsafe sqlite3_create_function_v2(
            handle, name, argumentCount, Self.flags, box, nil,
            { context, count, arguments in
                let call = unsafe FunctionCall(context, count, arguments)
                guard let place = unsafe call.aggregatePlace, let box = unsafe call.userData else {
                    return
                }
                if let kept = unsafe place.pointee {
                    unsafe Unmanaged<StateBox>.fromOpaque(kept).takeUnretainedValue().state.add(
                        call)
                    return
                }
                let makeState = unsafe Unmanaged<AggregateBox>.fromOpaque(box).takeUnretainedValue()
                    .makeState
                let state = StateBox(makeState())
                unsafe place.pointee = Unmanaged.passRetained(state).toOpaque()
                state.state.add(call)
            },
            { context in
                let call = unsafe FunctionCall(context, 0, nil)
                guard let place = unsafe call.aggregatePlace, let box = unsafe call.userData else {
                    return
                }
                if let kept = unsafe place.pointee {
                    unsafe place.pointee = nil
                    unsafe Unmanaged<StateBox>.fromOpaque(kept).takeRetainedValue().state.finish(
                        call)
                } else {
                    let makeState = unsafe Unmanaged<AggregateBox>.fromOpaque(box)
                        .takeUnretainedValue().makeState
                    makeState().finish(call)
                }
            }, release)
        if code != SQLITE_OK { throw unsafe SQLiteError(code: code, handle: handle) }
    }

    /// The functions read their arguments only: they give the same answer for the same, and an
    /// untrusted schema may call them.
    private static let flags = SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC
}

/// Gives up a function's box; called by SQLite when the function or the connection goes.
private func release(_ pointer: UnsafeMutableRawPointer?) {
    if let pointer = unsafe pointer { unsafe Unmanaged<AnyObject>.fromOpaque(pointer).release() }
}
