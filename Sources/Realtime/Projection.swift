import Bytes
import Diagnostics
import Schema
import Store
import Values

/// Which columns some listeners are shown, and their encoding of a change: made once per change
/// and visibility of the old row, whatever the number of listeners.
final class Projection {
    /// What tells projections of one model apart.
    struct Key: Hashable {
        /// Nil for all columns.
        let selected: [Int]?
        /// Columns that the listener may not see.
        let hidden: Set<Int>
    }

    private struct Member {
        let column: Int
        let type: ColumnType
        let isKey: Bool
        /// `"name":`
        let label: [UInt8]

        init(_ name: String, _ column: Int, _ type: ColumnType, isKey: Bool) {
            (self.column, self.type, self.isKey) = (column, type, isKey)
            var label: [UInt8] = []
            label.append(jsonString: name)
            label.append(ASCII.colon)
            self.label = label
        }
    }

    private let members: [Member]
    /// Whether a row image's own JSON is what is shown.
    private let isWhole: Bool
    /// From `"schema"` to the colon of `commit_timestamp`.
    private let head: [UInt8]
    /// `"columns":[…]`
    private let columns: [UInt8]
    private let columnCount: Int

    /// A projection of a model. Its primary key is part of it unless hidden.
    init(_ model: Model, _ key: Key) {
        let wanted = key.selected.map { Set($0).union(model.primaryKey) }
        let keyColumns = Set(model.primaryKey)
        columnCount = model.columns.count
        var shown: [(name: String, column: Column)] = []
        var members: [Member] = []
        for (index, column) in model.columns.enumerated() {
            guard wanted?.contains(index) ?? true, !key.hidden.contains(index) else { continue }
            // Who knows it by the name it had before goes on finding it.
            for name in model.names(of: index) {
                shown.append((name, column))
                members.append(
                    Member(name, index, column.type, isKey: keyColumns.contains(index)))
            }
        }
        self.members = members
        isWhole =
            members.count == columnCount
            && model.columns.indices.allSatisfy { model.names(of: $0).count == 1 }
        var head: [UInt8] = []
        head.append(ascii: "\"schema\":")
        head.append(jsonString: Catalogue.schemaName)
        head.append(ascii: ",\"table\":")
        head.append(jsonString: model.name)
        head.append(ascii: ",\"commit_timestamp\":")
        self.head = head
        columns = Self.columns(shown)
    }

    private static func columns(_ columns: [(name: String, column: Column)]) -> [UInt8] {
        var text: [UInt8] = []
        text.append(ascii: "\"columns\":[")
        for (index, (name, column)) in columns.enumerated() {
            if index > 0 { text.append(ASCII.comma) }
            text.append(ascii: "{\"name\":")
            text.append(jsonString: name)
            text.append(ascii: ",\"type\":")
            text.append(jsonString: column.type.wireName)
            text.append(ASCII.rightBrace)
        }
        text.append(ASCII.rightBracket)
        return text
    }

    /// What is told of a change: the `data` of a change frame. The same bytes for every topic,
    /// serializer and way to a client.
    ///
    /// - Parameter showsOld: whether `old_record` is the whole old row; else its key columns.
    func data(in round: Round, showsOld: Bool) -> [UInt8] {
        round.encodings.data(self, showsOld: showsOld) { encode(round.change, showsOld: showsOld) }
    }

    private func encode(_ change: Change, showsOld: Bool) -> [UInt8] {
        let whole = encode(change, showsOld: showsOld, valueBytesMax: .max)
        guard whole.count > RealtimeLimits.changeBytes else { return whole }
        return encode(change, showsOld: showsOld, valueBytesMax: RealtimeLimits.keptValueBytes)
    }

    private func encode(_ change: Change, showsOld: Bool, valueBytesMax: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(
            256 + columns.count + (change.new?.json.count ?? 0) + (change.old?.json.count ?? 0))
        text.append(ascii: "{\"type\":\"")
        text.append(utf8: change.operation.rawValue)
        text.append(ascii: "\",")
        text.append(contentsOf: head)
        text.append(jsonString: change.committedAt.milliseconds3339)
        text.append(ASCII.comma)
        text.append(contentsOf: columns)
        if change.operation != .delete, let new = change.new {
            text.append(ascii: ",\"record\":")
            append(new, keyOnly: false, valueBytesMax, to: &text)
        }
        if change.operation != .insert, let old = change.old {
            text.append(ascii: ",\"old_record\":")
            append(old, keyOnly: !showsOld, valueBytesMax, to: &text)
        }
        if valueBytesMax == .max {
            text.append(ascii: ",\"errors\":null}")
        } else {
            text.append(ascii: ",\"errors\":[\"Error 413: Payload Too Large\"]}")
        }
        return text
    }

    private func append(
        _ image: RowImage, keyOnly: Bool, _ valueBytesMax: Int, to text: inout [UInt8]
    ) {
        if isWhole, !keyOnly, valueBytesMax == .max, image.values.count == columnCount {
            text.append(contentsOf: image.json)
            return
        }
        text.append(ASCII.leftBrace)
        var isFirst = true
        for member in members where member.isKey || !keyOnly {
            guard member.column < image.values.count else { continue }
            let start = text.count
            if !isFirst { text.append(ASCII.comma) }
            text.append(contentsOf: member.label)
            let valueStart = text.count
            member.type.appendJSON(image.values[member.column], to: &text)
            if !member.isKey, text.count - valueStart > valueBytesMax {
                text.removeSubrange(start...)
            } else {
                isFirst = false
            }
        }
        text.append(ASCII.rightBrace)
    }
}
