import Bytes
import HTTP

extension Response {
    /// `Content-Range: first-last/total`, with `*` for what is not there.
    mutating func appendContentRange(first: Int, count: Int, total: Int?) {
        fieldLines.append(ascii: "Content-Range: ")
        if count > 0 {
            fieldLines.append(decimal: first)
            fieldLines.append(ASCII.minus)
            fieldLines.append(decimal: first + count - 1)
        } else {
            fieldLines.append(ASCII.asterisk)
        }
        fieldLines.append(ASCII.slash)
        if let total {
            fieldLines.append(decimal: total)
        } else {
            fieldLines.append(ASCII.asterisk)
        }
        fieldLines.append(ascii: "\r\n")
    }
}
