import Bytes
import Testing

@Suite struct UTF8Tests {
    @Test(
        arguments: [
            [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5], [0x80], [0xC3], [0xE2, 0x82], [0xFF],
        ] as [[UInt8]])
    func `ill-formed bytes are found`(bytes: [UInt8]) {
        let isValid = UTF8Check.isValid(bytes.span)
        #expect(!isValid)
    }

    @Test func `every scalar is valid in every split`() {
        let scalars: [Unicode.Scalar] = ["a", "\u{7F}", "é", "\u{7FF}", "\u{800}", "\u{FFFF}", "😀"]
        let bytes = Array(String(String.UnicodeScalarView(scalars)).utf8)
        for split in 0...bytes.count {
            var validator = UTF8Validator()
            let first = Array(bytes.prefix(split))
            let second = Array(bytes.dropFirst(split))
            let isValid = validator.consume(first.span) && validator.consume(second.span)
            #expect(isValid && validator.isComplete)
        }
    }

    @Test(arguments: 0..<20)
    func `what stands among ASCII is judged wherever it stands`(before: Int) {
        let ascii = [UInt8](repeating: 0x61, count: 20)
        for (bytes, isValid) in [
            (Array("é".utf8), true), (Array("😀€".utf8), true), ([0x80], false), ([0xC3], false),
            ([0xED, 0xA0, 0x80], false), ([0xF0, 0x9F, 0x98], false),
        ] {
            for after in 0..<20 {
                let text = ascii.prefix(before) + bytes + ascii.prefix(after)
                let found = UTF8Check.isValid(Array(text).span)
                #expect(found == isValid, "\(text)")
            }
        }
    }

    @Test(arguments: [0x01, 0x61, 0x80, 0xFF] as [UInt8])
    func `a NUL is found wherever it stands`(other: UInt8) {
        for count in 0..<40 {
            var bytes = [UInt8](repeating: other, count: count)
            let isFound = bytes.span.hasNUL
            #expect(!isFound)
            for place in bytes.indices {
                bytes[place] = 0
                let isFound = bytes.span.hasNUL
                #expect(isFound, "\(place) of \(count)")
                bytes[place] = other
            }
        }
    }

    @Test func `a fault is found at the first impossible byte`() {
        var validator = UTF8Validator()
        let start: [UInt8] = [0xF4]
        let impossible: [UInt8] = [0x90]
        let beginning = validator.consume(start.span)
        let end = validator.consume(impossible.span)
        #expect(beginning && !end)
    }

    @Test(arguments: 0...255 as ClosedRange<UInt8>)
    func `eight bytes hold a control character or none, wherever it stands`(byte: UInt8) {
        let isControl = byte < 0x20 || byte == 0x7F
        for filler in [0x20, 0x61, 0x7E, 0x80, 0xFF] as [UInt8] {
            for place in 0..<10 {
                var bytes = [UInt8](repeating: filler, count: 10)
                bytes[place] = byte
                for start in 0...2 {
                    let hasNone = bytes.span.hasNoControls(at: start)
                    #expect(hasNone == !(isControl && (start..<start + 8).contains(place)))
                }
                let isShort = bytes.span.hasNoControls(at: 3)
                #expect(!isShort, "fewer than eight are left")
            }
        }
    }
}
