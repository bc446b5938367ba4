// How the connections of a process go round its loops.

extension ClusterConfiguration {
    /// Connections that do for so many loops, where the user says nothing.
    public static func connections(for loops: Int) -> Int {
        max(16, ConnectionLimits.ownConnections + 3 * loops)
    }

    /// Has each loop take no more for its reads and writes than its share, as far as one of each
    /// allows: loops that take connections from each other spend their time on opening them.
    ///
    /// Writes get more than reads: they are not pipelined, and commits that come together are
    /// written to the disk together.
    public mutating func shareOut(among loops: Int) {
        let share = (connectionsMax - ConnectionLimits.ownConnections) / max(1, loops)
        let reads = share < 4 ? 1 : 2
        lanes[.read]?.connectionsMax = reads
        lanes[.write]?.connectionsMax = max(1, min(share - reads, 4))
    }
}
