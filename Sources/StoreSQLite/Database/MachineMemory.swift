import Glibc
import Store

/// The memory that this process may use.
enum MachineMemory {
    /// Bytes of the machine, or of the container it runs in if that has a bound of its own.
    static var bytes: Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        let bounds = containerBounds.compactMap(number(in:)).filter { $0 > 0 }
        return bounds.reduce(machine, min)
    }

    /// Where control groups of version 2 and 1 say their bound (cgroups(7)); a word or an enormous
    /// number where there is none.
    private static let containerBounds = [
        "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ]

    private static func number(in path: String) -> Int? {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { unsafe fclose(file) }
        var text = [UInt8](repeating: 0, count: 32)
        let count = unsafe fread(&text, 1, text.count, file)
        return Int(String(decoding: text[..<count].prefix { $0 > 0x20 }, as: UTF8.self))
    }
}
