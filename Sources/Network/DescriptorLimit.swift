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

    /// Takes as many as the system allows. Most give a program 1,024 at first, for the sake of
    /// those that use `select`. The corresponding C function is `setrlimit`.
    public static func raise() {
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else {
            return
        }
        limit.rlim_cur = limit.rlim_max
        unsafe _ = setrlimit(resource, &limit)
    }
}
