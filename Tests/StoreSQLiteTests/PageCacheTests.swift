import Testing

@testable import Store
@testable import StoreSQLite

@Suite struct PageCacheTests {
    private static let mebibyte = 1_048_576

    @Test(arguments: [
        // The most there is, loops; KiB of each loop and the writer, KiB of each slow thread.
        (1, 2, 8192, 8192),
        (256, 2, 65_536, 16_384),
        (6144, 2, 2_009_770, 65_536),
        (6144, 64, 92_758, 65_536),
    ])
    func `loops, the slow lane and the writer share the page cache`(
        mebibytes: Int, loops: Int, loop: Int, slowLane: Int
    ) {
        var configuration = DatabaseConfiguration.temporary
        configuration.pageCacheBytesMax = mebibytes * Self.mebibyte
        configuration.loops = loops
        #expect(configuration.pageCacheKiB == loop)
        #expect(configuration.slowLaneCacheKiB == slowLane)
    }
}
