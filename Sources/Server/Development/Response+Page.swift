import Bytes
import Crypto
import HTTP

extension Response {
    /// A page of `apus dev`: nothing but its text and its one style; no script, and no other site,
    /// has a part in it.
    init(page text: String, style: String) {
        self.init(
            status: 200, contentType: "text/html; charset=utf-8", body: Array(text.utf8))
        let digest = Base64.encode(Digest.sha256(Array(style.utf8)))
        append(field: "Cache-Control", ascii: "no-store")
        append(
            field: "Content-Security-Policy",
            "default-src 'none'; img-src data:; style-src 'sha256-\(digest)'; base-uri 'none'; "
                + "form-action 'none'; frame-ancestors 'none'")
    }
}
