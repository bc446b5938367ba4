import CLinux

/// What the C library does with memory that is given back. It keeps much of it by default: what one
/// thread has had at its worst moment would stand beside what another one has now.
enum Allocator {
    /// Bytes from which memory is the kernel's again as soon as it is given back. Short answers are
    /// below, whose pages need not be made anew each time.
    private static let mappedBytesMin: Int32 = 1 << 20
    /// Bytes that each pool of the library keeps at its end.
    private static let keptBytesMax: Int32 = 2 << 20

    /// Bounds what is kept. To be called before there are threads.
    static func prepare() {
        // Also ends that the bound rises with what was given back (mallopt(3)).
        mallopt(M_MMAP_THRESHOLD, mappedBytesMin)
        mallopt(M_TRIM_THRESHOLD, keptBytesMax)
    }
}
