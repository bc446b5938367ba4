/// What one client may make this room hold, and how fast it may ask.
enum RealtimeLimits {
    /// `postgres_changes` items of one join.
    static let bindingsPerChannel = 100
    /// Bytes of memory that a channel takes, and each of its bindings; and for each byte of one:
    /// its text, the values of a list, and their places in an index.
    static let channelBytes = 1_024
    static let bindingBytes = 512
    static let memoryPerBindingByte = 8
    /// Bytes of a topic with its `realtime:` in front; binary frames have one byte for the length.
    static let topicBytes = 255
    /// Seconds of average rate that a socket may send at once.
    static let messageBurstSeconds = 10
    /// Bytes of a message that count as one more, and bindings that do which a join or a new token
    /// has judged, and values of their lists: each is some tens of microseconds of work.
    static let bytesPerMessage = 4 * 1_024
    static let bindingsPerMessage = 10
    static let valuesPerMessage = 250
    /// Seconds without any message after which a socket is closed. Clients beat every 25.
    static let idleSeconds: Int64 = 60
    /// Seconds a socket may stay without a channel.
    static let emptySeconds: Int64 = 600
    /// Seconds between looks at tokens that may have been revoked since they were shown.
    static let tokenCheckSeconds: Int64 = 30
    /// Listeners judged, and sockets told, until the clock is read: some tens of microseconds, or
    /// more where each has a long frame of its own.
    static let unitsPerLook = 16
    /// Bytes of frames and of what is in them that are kept while a change is told.
    static let encodedBytesKept = 4_194_304
    /// Bytes of new frames that count as one listener judged.
    static let frameBytesPerUnit = 4_096
    /// Bytes of deleted rows that the look-ups of one transaction may carry together, and what a
    /// row counts for beside its own: some tens of milliseconds of the database.
    static let restoredBytes = 2_097_152
    static let bytesPerRestoredRow = 64
    /// Changes kept in memory for sockets that fall behind.
    static let ringChanges = 8_192
    /// Bytes of row images kept in memory for sockets that fall behind.
    static let ringBytes = 16_777_216
    /// Bytes of one change's `data`; Python's client refuses messages over 1 MiB, and the envelope
    /// with 100 ids and a long topic takes up to 4 KiB of that.
    static let changeBytes = 1_048_576 - 4_096
    /// Bytes of a value that survives in a change over `changeBytes`.
    static let keptValueBytes = 64
    /// Values of a client's message, the names of members among them, as far as it is read: some
    /// hundred microseconds of the loop. A join with as many bindings as may be has a thousand.
    static let messageValues = 8_192
    /// Depth of JSON in a client's message.
    static let messageDepth = 32
    /// Values that the listeners of a model lie under in its indexes, if they name several: some
    /// 100 bytes each.
    static let indexedValues = 262_144
    /// Parts of what finds lists by their values: one that grows moves all that it has, some
    /// thousands.
    static let listIndexParts = 64
    /// Bytes that the filters take which are kept made ready, as estimated: of one, and for each
    /// byte of its text. A list of short values takes some thirty times its text.
    static let knownFilterBytesMax = 4_194_304
    static let knownFilterBytesEach = 1_024
    static let knownFilterBytesPerByte = 32
    /// Steps that take a millisecond at the least: a step is about what comparing a byte takes.
    static let stepsPerMillisecond = 400_000
    /// Steps after which the clock is read while a change is judged: some tens of microseconds.
    static let stepsPerLook = 16_384
    /// Steps granted to a caller in each pass over un-indexed listeners: a pattern on a row of
    /// ordinary size.
    static let stepsPerTurn = 32_768
    /// Steps of one un-indexed listener's filter on one row: a plain pattern on a text of 100 kB.
    static let stepsPerJudgement = 131_072
    /// Steps that count for looking at a listener at all.
    static let stepsPerListener = 32
    /// Decisions of one rule under one set of claims remembered between changes.
    static let rememberedDecisions = 64
}
