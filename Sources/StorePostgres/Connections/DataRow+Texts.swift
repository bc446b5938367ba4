import Bytes
import PostgresWire

extension DataRow {
    /// The values of a row whose values are text; nil for NULL.
    var texts: [String?] {
        var row = self
        var values: [String?] = []
        while !row.isAtEnd {
            if let bytes = row.next() {
                values.append(String(utf8: bytes))
            } else {
                values.append(nil)
            }
        }
        return values
    }
}
