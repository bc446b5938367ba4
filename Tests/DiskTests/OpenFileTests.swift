import Diagnostics
import Disk
import Foundation
import TestSupport
import Testing

@Suite struct OpenFileTests {
    private func read(_ range: FileRange, from position: Int, atMost count: Int) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: count)
        let read = unsafe buffer.withUnsafeMutableBytes {
            unsafe range.read(from: position, into: $0)
        }
        return read < 0 ? nil : Array(buffer[..<read])
    }

    @Test func `a part of a part is read from where it stands`() throws {
        let folder = try TemporaryDirectory()
        let file = try OpenFile(try folder.write("0123456789", to: "a"))
        let range = FileRange(file)[2..<9][1..<5]
        #expect(range.byteCount == 4)
        #expect(read(range, from: 0, atMost: 100) == Array("3456".utf8))
        #expect(read(range, from: 3, atMost: 100) == Array("6".utf8))
        #expect(read(range, from: 1, atMost: 2) == Array("45".utf8))
        #expect(read(range, from: 4, atMost: 2) == [])
    }

    @Test func `a file is read although its name is gone, and as far as it goes`() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("0123456789", to: "a")
        let range = FileRange(try OpenFile(path))
        try folder.shorten("a", to: 4)
        try FileManager.default.removeItem(atPath: path)
        #expect(read(range, from: 2, atMost: 100) == Array("23".utf8))
        #expect(read(range, from: 4, atMost: 100) == [])
    }

    @Test func `what is no file is named`() throws {
        let folder = try TemporaryDirectory()
        let isMade = unsafe mkfifo(folder.file("pipe"), 0o600) == 0
        try #require(isMade)
        for path in [folder.path, folder.file("pipe"), folder.file("missing")] {
            let problem = #expect(throws: Problem.self) { try OpenFile(path) }
            #expect(problem?.message.contains(path) == true)
        }
    }
}
