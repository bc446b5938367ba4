public import HTTP
public import Quotas

extension HeldMemory {
    /// As much as anybody wants.
    public static var plenty: HeldMemory {
        HeldMemory(MemoryPool(bytesMax: .max, perCallerMax: .max), for: .server)
    }
}

extension Answer {
    /// The response, of an answer that is one.
    public var made: Response {
        if case .response(let response) = self { response } else { Response(status: 500) }
    }
}

extension RouteTable {
    /// What the server sends to a request whose caller may enter, all of it in memory.
    public func response(to request: Request, from caller: Caller) async -> Response {
        var answer = answer(to: request, from: caller)
        while true {
            switch answer {
            case .response(let response): return response
            case .pending(let work): return await work()
            case .deferred(let begin):
                let make = await withCheckedContinuation { continuation in
                    _ = begin { continuation.resume(returning: $0) }
                }
                answer = make()
            case .prepared(let preparation):
                await withCheckedContinuation { continuation in
                    _ = preparation.begin(.plenty) { continuation.resume() }
                }
                answer = preparation.answer()
            case .webSocket: return Response(status: 500)
            }
        }
    }

    /// What the server does with a request whose caller may enter.
    public func answer(to request: Request, from caller: Caller) -> Answer {
        switch match(request.method, path(inside: request.rawPath) ?? []) {
        case .refusal(let refusal):
            return .response(refuse(refusal, request) ?? Response(status: 404))
        case .row(let row, let path):
            switch routes[row].action {
            case .head(let respond): return .response(respond(request, path, caller))
            case .whole(let policy, let respond):
                if let refusal = refusal(of: request, policy) { return .response(refusal) }
                return respond(request, path, caller)
            case .streamed(let policy, let respond):
                if let refusal = refusal(of: request, policy) { return .response(refusal) }
                let work = respond(request, path, caller)
                return .pending { await work(IncomingBody(request.body)) }
            }
        }
    }
    private func refusal(of request: Request, _ policy: BodyPolicy) -> Response? {
        do throws(HTTPFault) {
            try policy.check(request.head)
            return nil
        } catch {
            return refuse(.body(error), request) ?? error.response
        }
    }
}

extension IncomingBody {
    /// A body that comes in one part.
    fileprivate init(_ bytes: [UInt8]) {
        let rest = Counter()
        self.init(length: bytes.count) { () throws(IncompleteBody) in
            rest.next() == 1 && !bytes.isEmpty ? bytes : nil
        }
    }
}
