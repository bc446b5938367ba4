import Configuration
import HTTPServer

extension Settings.TLS {
    /// Both files, nil to speak plain HTTP.
    var files: TLSFiles? {
        guard let certificate, let key else { return nil }
        return TLSFiles(certificate: certificate, key: key)
    }
}
