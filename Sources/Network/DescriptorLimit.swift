import Glibc

/// How many descriptors the process may have open.
public enum DescriptorLimit {
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// How many it may have now.
    public static var current: Int {
        var limit = rlimit()
        unsafe _ = getrlimit(resource, &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
