import CSQLite

/// One call of a function: its arguments, and the place for its result. Valid inside the call only.
@safe public struct FunctionCall {
    private let context: OpaquePointer?
    private let arguments: UnsafeMutablePointer<OpaquePointer?>?
    var progress: UnsafeMutablePointer<ProgressState>?
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

    /// Answers a double.
    public func answer(real value: Double) { unsafe sqlite3_result_double(context, value) }

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

    /// Answers a blob.
    public func answer(blob: [UInt8]) {
        unsafe blob.withUnsafeBytes { bytes in
            unsafe sqlite3_result_blob64(
                context, bytes.baseAddress, UInt64(bytes.count), csqlite_transient())
        }
        if blob.isEmpty { unsafe sqlite3_result_zeroblob(context, 0) }
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

    /// Counts what the function is about to do against the statement's bound, in nanoseconds. False
    /// when that has been reached or would be: the function is to stop, the statement fails with
    /// `interrupt`. To be called for whatever may take longer than a few hundred nanoseconds.
    public func charge(_ nanoseconds: Int) -> Bool {
        guard let progress = unsafe progress else { return true }
        if unsafe progress.pointee.charge(nanoseconds) { return true }
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

    var userData: UnsafeMutableRawPointer? { unsafe sqlite3_user_data(context) }

    /// The place where an aggregate keeps its state for one group; nil when out of memory.
    var aggregatePlace: UnsafeMutablePointer<UnsafeMutableRawPointer?>? {
        unsafe sqlite3_aggregate_context(
            context, Int32(MemoryLayout<UnsafeMutableRawPointer?>.size))?
            .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    }
}
