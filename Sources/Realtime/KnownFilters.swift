/// The filters that were asked for lately, so that whoever joins with one that is known does not
/// have it read again: clients join again and again, and many with the same.
///
/// Two generations of a bounded size: when the younger one is full it becomes the elder, and what
/// nobody has asked for since is forgotten with that.
final class KnownFilters {
    /// What tells filters apart.
    struct Key: Hashable {
        let table: String
        let text: String
        /// Other callers may not name hidden columns.
        let isService: Bool
    }

    private var recent: [Key: BindingFilter] = [:]
    private var former: [Key: BindingFilter] = [:]
    /// Bytes of the texts of `recent`.
    private var byteCount = 0
    private let bytesMax: Int

    /// - Parameter bytesMax: Bytes of the texts of a generation; each takes some more beside.
    init(bytesMax: Int = RealtimeLimits.knownFilterBytes) { self.bytesMax = bytesMax }

    /// The filter of a key, if it is known.
    func filter(_ key: Key) -> BindingFilter? {
        if let filter = recent[key] { return filter }
        guard let filter = former[key] else { return nil }
        insert(filter, for: key)
        return filter
    }

    /// Keeps a filter that was not known.
    func insert(_ filter: BindingFilter, for key: Key) {
        let count = RealtimeLimits.knownFilterBytesEach + key.text.utf8.count
        guard count <= bytesMax else { return }
        if byteCount + count > bytesMax {
            former = recent
            recent = [:]
            byteCount = 0
        }
        recent[key] = filter
        byteCount += count
    }
}
