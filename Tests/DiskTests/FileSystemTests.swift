import Diagnostics
import Disk
import Glibc
import Testing

@Suite struct FileSystemTests {
    /// A folder of the test's own, removed with what lies in it.
    private final class Folder {
        let path: String

        init() throws { path = try FileSystem.makeTemporaryFolder() }

        deinit {
            for name in FileSystem.names(in: path) ?? [] { unsafe _ = unlink("\(path)/\(name)") }
            unsafe _ = rmdir(path)
        }

        func mode(of name: String) -> mode_t {
            var status = stat()
            return unsafe stat("\(path)/\(name)", &status) == 0 ? status.st_mode & 0o777 : 0
        }
    }

    @Test func `a file is replaced whole, and no draft stays`() throws {
        let folder = try Folder()
        let file = folder.path + "/a.json"
        for text in ["one", "another"] {
            try FileSystem.replace(file, with: Array(text.utf8))
            #expect(FileSystem.contents(of: file) == Array(text.utf8))
        }
        #expect(FileSystem.names(in: folder.path) == ["a.json"])
        #expect(folder.mode(of: "a.json") == 0o600)
    }

    @Test func `a file that is there is never written over`() throws {
        let folder = try Folder()
        let file = folder.path + "/a.json"
        #expect(try FileSystem.makeFile(file, [1]))
        #expect(try !FileSystem.makeFile(file, [2]))
        try FileSystem.makeWhole(file, [3])
        #expect(FileSystem.contents(of: file) == [1])
        #expect(FileSystem.names(in: folder.path) == ["a.json"])
    }

    @Test func `a link is no place for a file`() throws {
        let folder = try Folder()
        unsafe _ = symlink("elsewhere", folder.path + "/link")
        #expect(try !FileSystem.makeFile(folder.path + "/link", [1]))
        #expect(!FileSystem.exists(folder.path + "/elsewhere"))
    }

    @Test func `a call that fails names the path and the reason`() throws {
        let folder = try Folder()
        let file = folder.path + "/file"
        #expect(try FileSystem.makeFile(file, [1]))
        let calls: [() throws -> Void] = [
            { try FileSystem.makeFolder(file + "/inside") },
            { try FileSystem.requireFolder(file) },
            { try FileSystem.replace(file + "/inside", with: []) },
        ]
        for call in calls {
            let problem = #expect(throws: Problem.self) { try call() }
            #expect(problem?.code == "58030")
            #expect(problem?.message.contains(file) == true)
            #expect(problem?.message.hasSuffix("Not a directory.") == true)
        }
    }

    @Test func `more than may be read is told by its length`() throws {
        let folder = try Folder()
        let file = folder.path + "/file"
        #expect(try FileSystem.makeFile(file, Array(repeating: 65, count: 50_000)))
        let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        #expect(FileSystem.read(descriptor, bytesMax: 10)?.count == 16_384)
        #expect(FileSystem.read(descriptor, bytesMax: .max)?.count == 50_000 - 16_384)
    }

    @Test func `a lock has one holder, who says which process it is`() throws {
        let folder = try Folder()
        let path = folder.path + "/lock"
        guard case .missing = try LockedFile.take(path) else {
            Issue.record("there is no file yet")
            return
        }
        do {
            guard case .taken(let lock) = try LockedFile.take(path, making: true) else {
                Issue.record("nobody holds it")
                return
            }
            // The second number is shorter than the one that it takes the place of.
            for process: Int32 in [12_345, 42] { lock.write(process: process) }
            #expect(FileSystem.contents(of: path) == Array("42\n".utf8))
            lock.write(process: 42, "http://127.0.0.1:54321")
            #expect(FileSystem.contents(of: path) == Array("42\nhttp://127.0.0.1:54321\n".utf8))
            guard case .held(let process) = try LockedFile.take(path) else {
                Issue.record("it is held")
                return
            }
            #expect(process == "42")
        }
        guard case .taken = try LockedFile.take(path) else {
            Issue.record("it was let go")
            return
        }
    }

    @Test func `a draft takes its place, over another file or none`() throws {
        let folder = try Folder()
        let (draft, file) = (folder.path + "/a.part", folder.path + "/a")
        for text in ["one", "another"] {
            #expect(try FileSystem.makeFile(draft, Array(text.utf8)))
            try FileSystem.put(draft, at: file)
            #expect(FileSystem.contents(of: file) == Array(text.utf8))
        }
        #expect(FileSystem.names(in: folder.path) == ["a"])
        #expect(throws: Problem.self) { try FileSystem.put(draft, at: file) }
    }

    @Test func `a file of some size is copied to a new one, and not over another`() throws {
        let folder = try Folder()
        let (file, copy) = (folder.path + "/a", folder.path + "/b")
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(try FileSystem.makeFile(file, bytes, mode: 0o644))
        try FileSystem.copy(file, to: copy)
        #expect(FileSystem.contents(of: copy) == bytes)
        #expect(FileSystem.byteCount(of: copy) == bytes.count)
        #expect(folder.mode(of: "b") == 0o600)
        #expect(throws: Problem.self) { try FileSystem.copy(file, to: copy) }
        #expect(!FileSystem.areSame(file, copy))
        #expect(unsafe link(file, folder.path + "/c") == 0)
        #expect(FileSystem.areSame(file, folder.path + "/c"))
        FileSystem.remove(file, copy)
        #expect(FileSystem.names(in: folder.path) == ["c"])
        #expect(FileSystem.byteCount(of: folder.path) == nil)
    }

    @Test func `a folder is locked by one at a time`() throws {
        let folder = try Folder()
        do {
            let lock = try #require(try LockedFile.take(folder: folder.path))
            #expect(try LockedFile.take(folder: folder.path) == nil)
            withExtendedLifetime(lock) {}
        }
        #expect(try LockedFile.take(folder: folder.path) != nil)
        #expect(throws: Problem.self) { try LockedFile.take(folder: folder.path + "/none") }
    }
}
