import CFaultyDisk
import TestSupport

/// A directory whose files fail when they are told to, and what a power cut would leave of them.
///
/// Unchecked: the calls behind it count atomically, and `arm` comes before any file is opened.
@safe final class FaultyDisk: @unchecked Sendable {
    let directory: TemporaryDirectory
    /// The database's file.
    var path: String { directory.file("apus.db") }
    /// Where that lies of it which has been synchronised.
    var synchronised: String { directory.file("synchronised") }
    private let disk: OpaquePointer

    init() throws {
        guard faulty_register() == 0 else { throw DiskFaultFault.notRegistered }
        directory = try TemporaryDirectory()
        try directory.write([], to: "synchronised/.made")
        guard let disk = unsafe faulty_make(directory.path, directory.file("synchronised")) else {
            throw DiskFaultFault.notRegistered
        }
        unsafe self.disk = disk
    }

    deinit { unsafe faulty_release(disk) }

    /// Has the call of the fault's kind with this number fail, counted from 1.
    func arm(_ fault: DiskFault, at number: Int) {
        unsafe faulty_arm(
            disk, fault.call, number, fault.duration == .lasting ? 1 : 0, fault.code,
            fault.isHalf ? 1 : 0)
    }

    /// From now on nothing fails.
    func heal() { unsafe faulty_heal(disk) }

    /// How many calls of a kind there were.
    func count(of call: faulty_call) -> Int { unsafe faulty_count(disk, call) }

    /// Whether a call has failed.
    var hasFailed: Bool { unsafe faulty_failures(disk) > 0 }

    /// Files that are open.
    var openFiles: Int { unsafe faulty_open_files(disk) }

    /// A disk with a copy of what lies here now, which is what a process leaves that is killed, or
    /// of what has been synchronised, which is what a power cut leaves at the least.
    func copy(_ what: Remainder) throws -> FaultyDisk {
        let copy = try FaultyDisk()
        let place = what == .afterKill ? "" : "synchronised/"
        for suffix in ["", "-wal", "-journal"] {
            let bytes = directory.read("\(place)apus.db\(suffix)")
            if !bytes.isEmpty { try copy.directory.write(bytes, to: "apus.db\(suffix)") }
        }
        return copy
    }
}

/// What is left of a disk.
enum Remainder: CaseIterable {
    case afterKill, afterPowerCut
}

/// Why nothing can be tested.
enum DiskFaultFault: Error {
    case notRegistered
}
