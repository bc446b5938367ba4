import Bytes
public import PostgresWire
public import Store
import Values

extension RowLayout {
    /// Appends the next fields of a row, one for each member, as a JSON object. Nothing is
    /// allocated but room in `output`.
    ///
    /// - Throws: for a field that is no value of its member's type; half an object may then stand
    ///   in `output`.
    @_lifetime(row: copy row)
    public func appendObject(
        _ row: inout DataRow, to output: inout [UInt8]
    ) throws(FormatFault) {
        for index in members.indices {
            appendKey(index, to: &output)
            try members[index].type.appendJSON(field: row.next(), to: &output)
        }
        appendEnd(to: &output)
    }

    /// Appends the same without the members that are null, at every depth.
    @_lifetime(row: copy row)
    public func appendObject(
        strippingNulls row: inout DataRow, to output: inout [UInt8]
    ) throws(FormatFault) {
        let before = output.count
        for index in members.indices {
            guard let field = row.next() else { continue }
            let type = members[index].type
            try appendMember(strippingNull: index, ofObjectAt: before, to: &output) {
                (output) throws(FormatFault) in
                guard type == .json else {
                    return try type.appendJSON(field: field, to: &output)
                }
                let isBinary = field.count > 0 && field[0] == 1
                output.append(strippingNulls: isBinary ? try Binary.jsonb(field) : field)
            }
        }
        appendEnd(ofObjectAt: before, to: &output)
    }
}
