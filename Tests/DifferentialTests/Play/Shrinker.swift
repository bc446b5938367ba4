import Foundation

/// Makes a project and requests that show something as small as they get within a time.
struct Shrinker {
    private let contest: Contest
    private let deadline: ContinuousClock.Instant
    private(set) var project: GeneratedProject
    private(set) var requests: [GeneratedRequest]
    private(set) var finding: Contest.Finding

    /// - Parameter finding: what these requests show.
    init(
        _ contest: Contest, _ project: GeneratedProject, _ requests: [GeneratedRequest],
        _ finding: Contest.Finding, within time: Duration
    ) {
        self.contest = contest
        self.project = project
        self.requests = Array(requests.prefix(finding.index + 1))
        self.finding = finding
        deadline = .now + time
    }

    mutating func shrink() {
        dropParts(
            { $0.requests.count - 1 }, of: \.requests, remove: { $0.remove(at: $1) })
        var index = requests.count - 1
        while index >= 0 {
            let place = index
            dropParts(
                { place < $0.requests.count ? $0.requests[place].parts : 0 }, of: \.requests,
                remove: { $0[place].remove(part: $1) })
            index = min(index, requests.count) - 1
        }
        dropParts({ $0.project.parts }, of: \.project, remove: { $0.remove(part: $1) })
    }

    /// Leaves out half of the parts of something, then quarters, down to single ones.
    private mutating func dropParts<Whole>(
        _ count: (Shrinker) -> Int, of whole: WritableKeyPath<Shrinker, Whole>,
        remove: (inout Whole, Int) -> Void
    ) {
        var size = max(1, count(self) / 2)
        while true {
            var end = count(self)
            while end > 0 {
                var smaller = self
                // From the last on: what is before a part keeps its number.
                for part in (max(0, end - size)..<end).reversed() {
                    remove(&smaller[keyPath: whole], part)
                }
                end -= size
                if take(smaller.project, smaller.requests) { end = min(end, count(self)) }
            }
            if size == 1 { return }
            size /= 2
        }
    }

    /// Keeps a smaller form if it still shows something of the sort.
    private mutating func take(
        _ project: GeneratedProject, _ requests: [GeneratedRequest]
    ) -> Bool {
        guard ContinuousClock.now < deadline,
            let found = try? contest.play(project, requests).finding, found.sort == finding.sort
        else { return false }
        self.project = project
        self.requests = Array(requests.prefix(found.index + 1))
        finding = found
        return true
    }
}

extension GeneratedRequest {
    private var rows: [[ModelWord]] {
        if case .rows(let rows, isArray: _) = body { return rows }
        return []
    }

    /// How many things can be left out: parameters, fields, items of `select`, rows, members of
    /// rows.
    fileprivate var parts: Int {
        query.count + fields.count + selectItems.count + rows.count
            + rows.reduce(0) { $0 + $1.count }
    }

    fileprivate mutating func remove(part: Int) {
        var place = part
        if place < query.count {
            query.remove(at: place)
            return
        }
        place -= query.count
        if place < fields.count {
            fields.remove(at: place)
            return
        }
        place -= fields.count
        if place < selectItems.count {
            removeSelectItem(place)
            return
        }
        place -= selectItems.count
        guard case .rows(var rows, let isArray) = body else { return }
        if place < rows.count {
            if isArray { rows.remove(at: place) } else { rows = [[]] }
        } else {
            place -= rows.count
            for index in rows.indices {
                if place < rows[index].count {
                    rows[index].remove(at: place)
                    break
                }
                place -= rows[index].count
            }
        }
        body = .rows(rows, isArray: isArray)
    }

    private var select: Int? { query.firstIndex { $0.name == "select" } }

    /// Where the items of `select` stand, at any depth, in the order of their starts.
    private var selectItems: [Range<String.Index>] {
        guard let select else { return [] }
        let text = query[select].json
        var items: [Range<String.Index>] = []
        var starts = [text.startIndex]
        for index in text.indices {
            switch text[index] {
            case "(": starts.append(text.index(after: index))
            case ",":
                items.append(starts[starts.count - 1]..<index)
                starts[starts.count - 1] = text.index(after: index)
            case ")" where starts.count > 1: items.append(starts.removeLast()..<index)
            default: break
            }
        }
        items.append(starts[0]..<text.endIndex)
        return items.sorted { $0.lowerBound < $1.lowerBound }
    }

    private mutating func removeSelectItem(_ number: Int) {
        guard let select else { return }
        var text = query[select].json
        text.removeSubrange(selectItems[number])
        for (twice, once) in [(",,", ","), ("(,", "("), (",)", ")")] {
            text = text.replacing(twice, with: once)
        }
        query[select].json = text.trimmingCharacters(in: [","])
    }
}

extension GeneratedProject {
    /// How many things can be left out: models, their words, columns, words of columns.
    fileprivate var parts: Int {
        models.reduce(models.count) { sum, model in
            sum + model.words.count + model.columns.count
                + model.columns.reduce(0) { $0 + $1.words.count }
        }
    }

    fileprivate mutating func remove(part: Int) {
        var place = part
        if place < models.count {
            models.remove(at: place)
            return
        }
        place -= models.count
        for index in models.indices {
            if models[index].remove(part: &place) { return }
        }
    }
}

extension GeneratedModel {
    /// Leaves out a thing of its own, or takes off how many it has.
    fileprivate mutating func remove(part place: inout Int) -> Bool {
        if place < words.count {
            let word = words.remove(at: place)
            // Without a rule there is nothing to see.
            if word.name == "access" { isOpen = true }
            return true
        }
        place -= words.count
        if place < columns.count {
            columns.remove(at: place)
            return true
        }
        place -= columns.count
        for index in columns.indices {
            if place < columns[index].words.count {
                columns[index].words.remove(at: place)
                return true
            }
            place -= columns[index].words.count
        }
        return false
    }
}
