/// Bounds of reads, each with its unit and its reason.
enum ReadLimits {
    /// Bytes of an answer that is read among others on one connection: those behind it wait for as
    /// long. A page of a thousand rows fits. What is longer is read again on the slow lane.
    static let sharedAnswerBytesMax = 1_048_576
    /// Bytes of a statement that is planned among others on one connection. Planning takes some
    /// milliseconds for as many, hundreds with many tables, and a cancel seldom ends it.
    static let sharedTextBytesMax = 8192
    /// Bytes of an answer: it stands in memory until its peer has taken it.
    static let answerBytesMax = ConnectionLimits.answerBytes
    /// What a read has where its lane sets no time.
    static let timeMax = Duration.seconds(600)
    /// Queries of which a reader keeps how they are run.
    static let keptQueriesMax = 512
    /// Bytes of their texts: a query, its plan and its statement take some ten times as many.
    static let keptQueryBytesMax = 524_288
}
