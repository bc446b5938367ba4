import Auth
import Diagnostics
import REST
import Store

/// What all loops share: thread-safe services and settings that do not change while serving.
struct SharedServices: Sendable {
    let database: any ServedDatabase
    let auth: AuthService
    let log: Log
    let channelRefusals: ChannelRefusals
    let crossOrigin: CrossOrigin
    let status: StatusEndpoints
    /// Whether `/metrics` is where clients call, too.
    let showsMetrics: Bool
    /// What `apus dev` answers besides; nil for the other commands.
    let development: DevelopmentPages?
    /// The changes of the models; nil where there are none while it serves.
    let transitions: SchemaTransitions?
    let outdatedNames: OutdatedNameUses
    let throttle: ThrottleInForce
    /// Read the bodies, and plan the requests, that would hold up a loop.
    let requestWorkers: RequestWorkers
    /// The project's limit of a request's body.
    let bodyBytesMax: Int
}
