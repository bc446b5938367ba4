extension SessionFault: CustomStringConvertible {
    /// What is wrong, in a sentence.
    public var description: String {
        switch self {
        case .wire: "it does not follow PostgreSQL's protocol"
        case .authentication(let fault): fault.description
        case .unsupportedServer(let setting):
            "its \(setting.name) is \(setting.value), which cannot be served"
        }
    }
}
