// Changing the case of letters one by one: Unicode's simple mappings (UnicodeData.txt, fields 12
// and 13), which look at no neighbour and make one character of one, as PostgreSQL's builtin
// collations do. Swift's `lowercased` and `uppercased` are the full ones, which make `SS` of `ß`.

extension String {
    /// The text with each character mapped to its lower case.
    public var simplyLowercased: String {
        utf8Span.span.isASCII ? lowercased() : mapped(\.simpleLowercase)
    }

    /// The text with each character mapped to its upper case.
    public var simplyUppercased: String {
        utf8Span.span.isASCII ? uppercased() : mapped(\.simpleUppercase)
    }

    private func mapped(_ map: (Unicode.Scalar) -> Unicode.Scalar) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            if let encoded = UTF8.encode(map(scalar)) { bytes.append(contentsOf: encoded) }
        }
        return String(utf8: bytes)
    }
}

extension Unicode.Scalar {
    /// The simple mapping to lower case. Where the full mapping is a single character it is the
    /// simple one as well; that of `İ` alone is not.
    var simpleLowercase: Unicode.Scalar {
        if isASCII { return Unicode.Scalar(ASCII.lowercased(UInt8(value))) }
        return properties.lowercaseMapping.onlyScalar ?? (self == "İ" ? "i" : self)
    }

    /// The simple mapping to upper case. Where the full mapping is several characters (`ᾀ` to
    /// `ἈΙ`), the simple one is that to title case (`ᾈ`) if this is a single one, else none
    /// (`ß`). This holds for every character of Unicode 17.
    var simpleUppercase: Unicode.Scalar {
        if isASCII { return Unicode.Scalar(ASCII.uppercased(UInt8(value))) }
        return properties.uppercaseMapping.onlyScalar
            ?? properties.titlecaseMapping.onlyScalar ?? self
    }
}

extension String {
    /// The scalar of a text that has one and no more.
    fileprivate var onlyScalar: Unicode.Scalar? {
        var scalars = unicodeScalars.makeIterator()
        let first = scalars.next()
        return scalars.next() == nil ? first : nil
    }
}
