/// The rows of a table that an answer holds.
struct WindowPlan: Hashable, Sendable {
    var limit: WindowParameter
    var offset: WindowParameter
    /// What `limit` is cut to.
    var rowsMax: Int

    init(limit: WindowParameter?, offset: WindowParameter?, rowsMax: Int) {
        self.limit = limit ?? WindowParameter(number: rowsMax)
        self.offset = offset ?? WindowParameter(number: 0)
        self.rowsMax = rowsMax
    }
}
