import Bytes

/// What the files of a folder with the rows of all models are called.
enum RowFileName {
    /// The name of a table's file: the table's, with what a file may not be called as in URLs.
    static func name(of table: String, _ form: RowFileForm) -> String {
        PercentEncoding.encode(component: table) + form.ending
    }

    /// The table that a file is named after; nil where it does not end as one of ours.
    static func table(ofFile name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), RowFileForm(ofFile: name) != nil else {
            return nil
        }
        let stem = Array(name[..<dot].utf8)
        return PercentEncoding.decode(stem[...], plusIsSpace: false).map { String(utf8: $0) }
    }
}
