import Bytes
import SQLite
import Store

/// `apus_object(layout, v1, v2, …)` and `apus_merge(object, object, …)`.
final class ObjectEncoder {
    /// Reused from call to call: a connection runs one function at a time, and results are copied.
    private var buffer: [UInt8] = []
    /// Layouts by their text. SQLite keeps what belongs to an argument until the end of a run; read
    /// anew by each, a layout was a twentieth of what a short read with an embed costs.
    private var layouts: [[UInt8]: KeptLayout] = [:]

    /// Encodes the values by the types of the layout, exactly as rows are encoded.
    func encode(_ call: FunctionCall) {
        guard let layout = layout(call) else {
            return call.fail("apus_object: the first argument is not a layout")
        }
        guard call.count - 1 == layout.members.count else {
            return call.fail(
                "apus_object: \(layout.members.count) values expected, \(call.count - 1) given")
        }
        buffer.removeAll(keepingCapacity: true)
        var charged = 0
        for (index, member) in layout.members.enumerated() {
            layout.appendKey(index, to: &buffer)
            member.type.appendJSON(cell: call[index + 1], to: &buffer)
            if buffer.count - charged > DatabaseLimits.partBytes {
                guard call.charge(buffer.count - charged) else { return }
                charged = buffer.count
            }
        }
        layout.appendEnd(to: &buffer)
        guard call.charge(buffer.count - charged) else { return }
        call.answer(json: buffer)
    }

    /// Joins objects by their text: `{a}` and `{b}` become `{a,b}`. NULL and empty ones are
    /// skipped.
    func merge(_ call: FunctionCall) {
        buffer.removeAll(keepingCapacity: true)
        buffer.append(ASCII.leftBrace)
        for index in 0..<call.count where call[index].storageClass == .text {
            call[index].withBytes { object in
                guard object.count > 2 else { return }
                if buffer.count > 1 { buffer.append(ASCII.comma) }
                buffer.append(span: object.extracting(1..<(object.count - 1)))
            }
        }
        buffer.append(ASCII.rightBrace)
        call.answer(json: buffer)
    }

    private func layout(_ call: FunctionCall) -> RowLayout? {
        guard call.count > 0 else { return nil }
        if let kept = call.kept(at: 0, as: KeptLayout.self) { return kept.layout }
        let text = call[0].bytes
        if let known = layouts[text] {
            call.keep(known, at: 0)
            return known.layout
        }
        guard let layout = RowLayout(functionArgument: text) else { return nil }
        let kept = KeptLayout(layout)
        if layouts.count >= DatabaseLimits.keptLayoutsMax { layouts.removeAll() }
        layouts[text] = kept
        call.keep(kept, at: 0)
        return layout
    }
}

/// A layout kept with its text, and by the statement that uses it.
private final class KeptLayout {
    let layout: RowLayout
    init(_ layout: RowLayout) { self.layout = layout }
}
