import Bytes
import Diagnostics
import Quotas

/// The rows of a body.
struct Payload: Sendable {
    /// Objects, in the order of the body. Anything that is not an object is refused when it is
    /// read.
    var rows: [JSONValue]
}

extension Payload {
    /// Reads a long body, as ``init(_:rowsMax:)`` does, when there is room for its values.
    ///
    /// - Throws: 53200 where there is none now, 54000 where there never will be.
    init(_ body: [UInt8], rowsMax: Int, within memory: HeldMemory) throws(Problem) {
        let count = JSONDocument.valueCountMax(of: body)
        switch memory.cover(count * JSONDocument.bytesPerValue) {
        case nil: try self.init(body, rowsMax: rowsMax, valueCountMax: count)
        case .beyondShare: throw .tooManyValues
        case .byCaller: throw .shareInUse
        case .byOthers: throw .noMemory
        }
    }

    /// Reads the body of a POST or PATCH (rest.md §12.1): an object is one row, an array of objects
    /// several, any other JSON value none.
    ///
    /// - Throws: PGRST102 for what is no JSON, 54000 at the row that is one more than `rowsMax`.
    init(_ body: [UInt8], rowsMax: Int, valueCountMax: Int? = nil) throws(Problem) {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(
                parsing: body, depthMax: RESTLimits.payloadDepthMax, elementsMax: rowsMax,
                valueCountMax: valueCountMax)
        } catch {
            if error.isOversize { throw .tooManyRows(max: rowsMax) }
            let details = body.isEmpty ? nil : "\(error.message) at byte \(error.offset)"
            throw .body("Empty or invalid json", details: details)
        }
        switch document.root.kind {
        case .object: rows = [document.root]
        case .array: rows = document.root.elements
        case .string, .number, .bool, .null: rows = []
        }
    }
}
