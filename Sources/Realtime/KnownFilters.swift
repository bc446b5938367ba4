import Quotas
import Values

/// The filters that were asked for lately, so that whoever joins with one that is known does not
/// have it read again: clients join again and again, and many with the same.
final class KnownFilters {
    /// What tells filters apart.
    struct Key: Hashable {
        let table: String
        let text: ExactText
        /// Other callers may not name hidden columns.
        let isService: Bool
    }

    private var filters: RecentItems<Key, BindingFilter>

    /// - Parameter bytesMax: What all may take, as estimated.
    init(bytesMax: Int = RealtimeLimits.knownFilterBytesMax) {
        filters = RecentItems(costMax: bytesMax)
    }

    /// The filter of a key, if it is known.
    func filter(_ key: Key) -> BindingFilter? { filters.item(for: key) }

    /// Keeps a filter that was not known.
    func insert(_ filter: BindingFilter, for key: Key) {
        let byteCount = key.text.text.utf8.count
        filters.insert(
            filter, for: key,
            cost: RealtimeLimits.knownFilterBytesEach
                + RealtimeLimits.knownFilterBytesPerByte * byteCount)
    }
}
