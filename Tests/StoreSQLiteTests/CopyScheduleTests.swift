import Testing

@testable import StoreSQLite

/// When the write-ahead log is copied beside the writer.
@Suite struct CopyScheduleTests {
    /// A sixteenth of what is worth a copy.
    private static let unit = DatabaseLimits.checkpointBytes / 16

    /// A look: the log's length and what is left of it, in units, after so many milliseconds.
    struct Look: CustomStringConvertible {
        let count: Int
        let left: Int
        let milliseconds: UInt64
        let begins: Bool

        init(_ count: Int, left: Int, at milliseconds: UInt64, begins: Bool) {
            self.count = count
            self.left = left
            self.milliseconds = milliseconds
            self.begins = begins
        }

        var description: String { "\(left) of \(count) at \(milliseconds) ms" }
    }

    static let courses: [[Look]] = [
        // The writer adds less than is copied: each copy is followed by a shorter one.
        [
            Look(17, left: 17, at: 0, begins: true), Look(24, left: 7, at: 1, begins: true),
            Look(27, left: 3, at: 2, begins: true),
        ],
        // He adds as much: it is waited for, and begun anew.
        [
            Look(17, left: 17, at: 0, begins: true), Look(30, left: 13, at: 1, begins: false),
            Look(32, left: 15, at: 2, begins: false), Look(33, left: 16, at: 3, begins: true),
            Look(37, left: 4, at: 4, begins: true), Look(40, left: 3, at: 5, begins: false),
        ],
        // Somebody reads what a copy would replace: it is tried again after a while.
        [
            Look(17, left: 17, at: 0, begins: true), Look(18, left: 18, at: 1, begins: false),
            Look(40, left: 40, at: 49, begins: false), Look(40, left: 40, at: 50, begins: true),
            Look(41, left: 41, at: 99, begins: false), Look(41, left: 30, at: 99, begins: true),
        ],
        // Beyond the bound nothing is waited for, so that it can begin anew.
        [
            Look(64, left: 17, at: 0, begins: true), Look(65, left: 12, at: 1, begins: true),
            Look(66, left: 11, at: 2, begins: true),
        ],
    ]

    @Test(arguments: courses)
    func `a copy begins where it is worth while`(_ looks: [Look]) {
        var schedule = CopySchedule()
        for look in looks {
            let begins = schedule.begins(
                of: look.count * Self.unit, left: look.left * Self.unit,
                at: look.milliseconds * 1_000_000, bytesMax: 63 * Self.unit)
            #expect(begins == look.begins, "\(look)")
        }
    }
}
