import CLinux
import Glibc

/// The code and the constants of the program and its libraries, as this process has them mapped.
enum MappedCode {
    /// Gives back the pages that have been mapped so far. Called once, a second after a start, when
    /// most of them have done all they ever will.
    ///
    /// They are clean pages of files, which the kernel would take by itself where memory is short:
    /// until then it counts them as this process's. They stay in the page cache, from which they
    /// come back, some at a time and without reading a disk, when they are touched again. A
    /// breakpoint that a debugger has set by then is lost.
    static func giveBack() {
        _ = unsafe dl_iterate_phdr(
            { object, _, _ in
                if let object = unsafe object?.pointee { unsafe MappedCode.giveBack(object) }
                return 0
            }, nil)
    }

    private static func giveBack(_ object: dl_phdr_info) {
        let pageSize = UInt(sysconf(Int32(_SC_PAGESIZE)))
        let headers = unsafe UnsafeBufferPointer(
            start: object.dlpi_phdr, count: Int(object.dlpi_phnum))
        // The kernel's own, which is no file.
        if unsafe UInt(object.dlpi_addr) == getauxval(UInt(AT_SYSINFO_EHDR)) { return }
        if unsafe hasPatchedCode(headers, of: object) { return }
        for header in unsafe headers.filter({ isConstant($0) }) {
            let start = unsafe UInt(object.dlpi_addr) + UInt(header.p_vaddr)
            let pages = wholePages(from: start, count: UInt(header.p_memsz), pageSize: pageSize)
            let address = unsafe UnsafeMutableRawPointer(bitPattern: pages.lowerBound)
            unsafe _ = madvise(address, pages.count, MADV_DONTNEED)
        }
    }

    /// Whether a segment is mapped and never written. In one that may be, the loader has put
    /// addresses that are in no file.
    static func isConstant(_ header: Elf64_Phdr) -> Bool {
        header.p_type == UInt32(PT_LOAD) && header.p_flags & UInt32(PF_W) == 0
    }

    /// Whether the loader has written into the code itself: it does into that of objects which were
    /// not built to lie anywhere (`DT_TEXTREL`).
    private static func hasPatchedCode(
        _ headers: UnsafeBufferPointer<Elf64_Phdr>, of object: dl_phdr_info
    ) -> Bool {
        guard let header = unsafe headers.first(where: { $0.p_type == UInt32(PT_DYNAMIC) }) else {
            return false
        }
        let address = unsafe UInt(object.dlpi_addr) + UInt(header.p_vaddr)
        guard var entry = unsafe UnsafePointer<Elf64_Dyn>(bitPattern: address) else { return false }
        while unsafe entry.pointee.d_tag != Int64(DT_NULL) {
            if unsafe isPatching(entry.pointee) { return true }
            unsafe entry += 1
        }
        return false
    }

    static func isPatching(_ entry: Elf64_Dyn) -> Bool {
        switch entry.d_tag {
        case Int64(DT_TEXTREL): true
        case Int64(DT_FLAGS): unsafe entry.d_un.d_val & UInt64(DF_TEXTREL) != 0
        default: false
        }
    }

    /// The pages that lie in `count` bytes as a whole: what is beside them may belong to another
    /// segment.
    static func wholePages(from start: UInt, count: UInt, pageSize: UInt) -> Range<UInt> {
        let first = (start + pageSize - 1) & ~(pageSize - 1)
        return first..<max(first, (start + count) & ~(pageSize - 1))
    }
}
