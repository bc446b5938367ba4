import Bytes

/// `name` as a quoted identifier, quotes doubled: standard SQL.
public func quoted(identifier name: String) -> String { "\"" + name.doublingQuotes + "\"" }

extension String {
    /// The text as it stands between double quotes.
    var doublingQuotes: String { replacing(byte: ASCII.quote, with: "\"\"") }
}
