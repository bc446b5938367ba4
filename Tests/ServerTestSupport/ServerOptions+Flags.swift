import Configuration
public import Server

extension ServerOptions {
    /// The options of a command line with these flags; nil stands for one that is not given.
    public init(
        project: String? = nil, data: String? = nil, listen: String? = nil, loops: String? = nil,
        logLevel: String? = nil, tlsCertificate: String? = nil, database: String? = nil,
        metricsKey: String? = nil
    ) throws {
        var given = GivenSettings()
        let flags = [
            "project": project, "data": data, "listen": listen, "loops": loops,
            "log.level": logLevel, "tls.certificate": tlsCertificate, "database": database,
        ]
        for setting in Setting.all {
            guard let text = flags[setting.name] ?? nil else { continue }
            try given.give(setting, flag: text)
        }
        let environment = metricsKey.map { ["APUS_METRICS_KEY": $0] } ?? [:]
        given = given.over(try GivenSettings(environment: environment, of: Setting.all))
        self.init(given)
    }
}
