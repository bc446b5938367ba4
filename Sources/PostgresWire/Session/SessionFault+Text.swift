extension SessionFault {
    /// What is wrong, in a sentence.
    public var reason: String {
        switch self {
        case .wire: "it does not follow PostgreSQL's protocol"
        case .authentication(let fault): fault.reason
        case .unsupportedServer(let setting):
            "its \(setting.name) is \(setting.value), which cannot be served"
        }
    }
}
