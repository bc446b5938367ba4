import CSQLite

// SQL functions written in Swift (appfunc.html). A box per function is handed to SQLite, which
// releases it when the connection closes.

/// Whether a function gives the same answer for the same arguments.
public enum FunctionKind: Sendable {
    case deterministic
    case volatile
}

/// One call of a function: its arguments, and the place for its result. Valid inside the call only.
@safe public struct FunctionCall {
    private let context: OpaquePointer?
    private let arguments: UnsafeMutablePointer<OpaquePointer?>?
    fileprivate var progress: UnsafeMutablePointer<ProgressState>?
    /// The number of arguments.
    public let count: Int

    init(
        _ context: OpaquePointer?, _ count: Int32,
        _ arguments: UnsafeMutablePointer<OpaquePointer?>?
    ) {
        unsafe self.context = context
        unsafe self.arguments = arguments
        self.count = Int(count)
    }

    /// An argument; `index` is below `count`.
    public subscript(index: Int) -> ValueCell {
        precondition(index >= 0 && index < count)
        return unsafe ValueCell(arguments?[index])
    }

    /// Answers NULL.
    public func answerNull() { unsafe sqlite3_result_null(context) }

    /// Answers an integer.
    public func answer(_ value: Int64) { unsafe sqlite3_result_int64(context, value) }

    /// Answers text.
    public func answer(_ text: String) { answer(text: text.utf8Span.span) }

    /// Answers text given as UTF-8 bytes.
    public func answer(text: Span<UInt8>) {
        unsafe text.withUnsafeBytes { bytes in
            unsafe sqlite3_result_text64(
                context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                UInt64(bytes.count), csqlite_transient(), UInt8(SQLITE_UTF8))
        }
        if text.isEmpty { unsafe sqlite3_result_text(context, "", 0, csqlite_transient()) }
    }

    /// Answers JSON text: SQLite's own JSON functions will not quote it again.
    public func answer(json: [UInt8]) {
        answer(text: json.span)
        unsafe sqlite3_result_subtype(context, 0x4A)  // 'J', as json1.c marks its own results
    }

    /// Fails the statement: the answer would be larger than is allowed.
    public func failTooBig() { unsafe sqlite3_result_error_toobig(context) }

    /// Fails the statement.
    public func fail(_ message: String) {
        unsafe sqlite3_result_error(context, message, -1)
    }

    /// Counts work against the statement's bound: steps of some nanosecond each, in portions of
    /// thousands. False when the bound is reached: the function is to stop, the statement fails
    /// with `interrupt`.
    public func charge(_ steps: Int) -> Bool {
        guard let progress = unsafe progress else { return true }
        if unsafe progress.pointee.charge(steps) { return true }
        unsafe sqlite3_result_error_code(context, SQLITE_INTERRUPT)
        return false
    }

    /// What `keep` left at a constant argument in an earlier call of the same run.
    public func kept<T: AnyObject>(at index: Int, as type: T.Type) -> T? {
        guard let pointer = unsafe sqlite3_get_auxdata(context, Int32(index)) else { return nil }
        return unsafe Unmanaged<AnyObject>.fromOpaque(pointer).takeUnretainedValue() as? T
    }

    /// Keeps what was made of the argument at `index` for later calls, while the argument is
    /// constant.
    public func keep(_ object: AnyObject, at index: Int) {
        unsafe sqlite3_set_auxdata(
            context, Int32(index), Unmanaged.passRetained(object).toOpaque(),
            { pointer in
                if let pointer = unsafe pointer {
                    unsafe Unmanaged<AnyObject>.fromOpaque(pointer).release()
                }
            })
    }

    fileprivate var userData: UnsafeMutableRawPointer? { unsafe sqlite3_user_data(context) }

    /// The place where an aggregate keeps its state for one group; nil when out of memory.
    fileprivate var aggregatePlace: UnsafeMutablePointer<UnsafeMutableRawPointer?>? {
        unsafe sqlite3_aggregate_context(
            context, Int32(MemoryLayout<UnsafeMutableRawPointer?>.size))?
            .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    }
}

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
    /// Makes `name` a function of SQL on this connection. `argumentCount` −1 takes any number up to
    /// 127.
    public func define(
        _ name: String, argumentCount: Int32, _ kind: FunctionKind,
        _ body: @escaping (FunctionCall) -> Void
    ) throws(SQLiteError) {
        let box = unsafe Unmanaged.passRetained(ScalarBox(body, progress)).toOpaque()
        let code = unsafe sqlite3_create_function_v2(
            handle, name, argumentCount, flags(kind), box,
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
            handle, name, argumentCount, flags(.deterministic), box, nil,
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

    /// Innocuous: the functions read their arguments only, so an untrusted schema may call them.
    private func flags(_ kind: FunctionKind) -> Int32 {
        SQLITE_UTF8 | SQLITE_INNOCUOUS | (kind == .deterministic ? SQLITE_DETERMINISTIC : 0)
    }
}

/// Gives up a function's box; called by SQLite when the function or the connection goes.
private func release(_ pointer: UnsafeMutableRawPointer?) {
    if let pointer = unsafe pointer { unsafe Unmanaged<AnyObject>.fromOpaque(pointer).release() }
}
