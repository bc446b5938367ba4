import HTTP
import Testing

@Suite struct QueryStringTests {
    @Test(arguments: [
        "", "apikey", "apikey=", "apikey=a", "a=1&apikey=b%20c+d&b=2", "apikey=1&apikey=2&apikey",
        "api%6bey=x", "%61%70%69%6B%65%79=x", "apikey%=x", "apikey%20=x", "api+ey=x", "apike=x",
        "Apikey=x", "apikeys=x", "xapikey=x", "&&apikey=%zz&&", "=apikey", "%zzapikey=1", "a&a&a",
    ])
    func `the values of one parameter are those of all that have its name`(query: String) {
        let raw = Array(query.utf8)[...]
        let all = QueryString.parse(raw).filter { $0.name == "apikey" }.map(\.value)
        #expect(QueryString.values(of: "apikey", in: raw) == all)
    }
}
