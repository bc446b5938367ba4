import PostgresWire
import StorePostgres
import Testing

@Suite struct LoopShareTests {
    @Test(arguments: [
        (connections: 16, loops: 1, reads: 2, writes: 4), (16, 2, 2, 4), (16, 3, 2, 2),
        (16, 4, 1, 2), (28, 8, 1, 2), (16, 8, 1, 1), (4, 2, 1, 1), (100, 8, 2, 4),
    ])
    func `loops share out the connections`(
        connections: Int, loops: Int, reads: Int, writes: Int
    ) throws {
        var configuration = ClusterConfiguration(try ConnectionTarget("postgres://apus@"))
        configuration.connectionsMax = connections
        configuration.shareOut(among: loops)
        #expect(configuration.settings(of: .read).connectionsMax == reads)
        #expect(configuration.settings(of: .write).connectionsMax == writes)
    }

    @Test(arguments: [(1, 16), (4, 16), (8, 28), (64, 196)])
    func `there are connections for every loop`(loops: Int, connections: Int) {
        #expect(ClusterConfiguration.connections(for: loops) == connections)
    }
}
