import Query
import Values

/// What a client may make this room hold or do. Every figure is per request unless it says
/// otherwise.
enum RESTLimits {
    /// Bytes of a table name. PostgreSQL allows 63; declared names are shorter than this.
    static let tableNameBytesMax = 256
    /// Bytes of a query string. Clients send long `in.(...)` lists: rest.md §19.2 asks for 32 kB at
    /// least.
    static let queryBytesMax = 256 * 1024
    /// Parameters in a query string.
    static let parametersMax = 512
    /// Tests of all filters together, with what else costs as much as a test: planning each takes
    /// some four microseconds of the loop.
    static let testsMax = 1024
    /// Embeds of a request at all levels together: each costs the engine a correlated
    /// subquery.
    static let embedsMax = 48
    /// What planning a request may cost, as ``Query/PlanningCost`` counts: ten milliseconds. Any
    /// one part of a request may be as large as its own bound allows.
    static let planningCostMax = 25_600
    /// The same of a request that is planned on a loop: a millisecond.
    static let inlinePlanningCostMax = 2_500
    /// Bytes of a query string that is read on a loop: half a millisecond.
    static let inlineQueryBytesMax = 4096
    /// Bytes of Accept and Prefer that are read on a loop.
    static let inlineListBytesMax = 4096
    /// Bytes of a name that is no column's which an answer tells.
    static let toldNameBytesMax = 256
    /// Bytes of a body that is read on a loop.
    static let inlineBodyBytesMax = 16 * 1024
    /// Values of a body that is read on a loop, the names of members among them: as empty rows they
    /// take half a millisecond there, and 16 kB of them twenty.
    static let inlineValuesMax = 256
    /// Nesting of a JSON body.
    static let payloadDepthMax = 64
    /// Members of one row, which a repeated `*` brings together: the engines take some more, and
    /// would say so in words of their own.
    static let rowMembersMax = 1600
    /// Members of the rows of all tables together: a plan has each of them.
    static let membersMax = 4096
    /// Finished plans kept by one loop, of reads and of writes.
    static let cachedPlansMax = 1024
    /// Bytes that these may take.
    static let cachedPlanBytesMax = 4 << 20
    /// What a plan takes for each byte of its key and each member of its rows, in bytes. Measured
    /// on aliases of columns, and doubled.
    static let planBytesPerKeyByte = 16
    static let planBytesPerMember = 256
    /// Bytes of the text that stands for a request's shape; longer requests are planned each time.
    static let planKeyBytesMax = 2048
}
