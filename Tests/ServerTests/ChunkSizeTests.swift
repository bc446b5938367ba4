import Testing

@testable import Server

/// How many rows an import sends at once.
@Suite struct ChunkSizeTests {
    private static let (quick, slow) = (Duration.milliseconds(1), Duration.milliseconds(40))

    @Test func `it grows while chunks are quick, and shrinks when one is slow`() {
        var size = ChunkSize()
        #expect(size.rows == ImportLimits.firstChunkRows)
        for _ in 0..<20 { size.fit(to: Self.quick) }
        #expect(size.rows == ImportLimits.chunkRowsMax)
        size.fit(to: Self.slow)
        #expect(size.rows == ImportLimits.chunkRowsMax / 2)
        for _ in 0..<20 { size.fit(to: Self.slow) }
        #expect(size.rows == 1)
        for _ in 0..<20 { size.fit(to: Self.quick) }
        #expect(size.rows == ImportLimits.chunkRowsMax)
    }
}
