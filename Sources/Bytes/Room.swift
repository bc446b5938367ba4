extension Array {
    /// Makes room for so many elements more: twice as much as there was, if that is not enough.
    /// `reserveCapacity` makes no more than it is told, so that whoever appends again and again
    /// would have all that is there copied each time.
    mutating func makeRoom(for more: Int) {
        if count + more > capacity { reserveCapacity(Swift.max(count + more, 2 * capacity)) }
    }
}
