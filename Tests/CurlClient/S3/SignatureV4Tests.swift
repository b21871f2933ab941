import Foundation
import Testing

@testable import CurlClient

/// The examples of AWS's own documentation.
///
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and sigv4-query-string-auth.html.
struct SignatureV4Tests {
    private let signature = SignatureV4(
        credentials: S3Credentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        ),
        region: "us-east-1",
        now: Date(timeIntervalSince1970: 1_369_353_600)
    )

    private func subject(_ method: String, _ path: String, payload: String? = nil) -> SignatureV4.Subject {
        .init(
            method: method,
            host: "examplebucket.s3.amazonaws.com",
            path: path,
            payload: payload ?? S3Client.emptyPayload
        )
    }

    private func signed(_ subject: SignatureV4.Subject) -> String {
        signature.headers(for: subject)["Authorization"] ?? ""
    }

    @Test func anObjectsRange() {
        var subject = subject("GET", "/test.txt")
        subject.headers["Range"] = "bytes=0-9"
        #expect(
            signed(subject)
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        )
    }

    @Test func aNewObject() {
        let payload = SHA256.hexadecimal(SHA256.digest(Array("Welcome to Amazon S3.".utf8)))
        var subject = subject("PUT", "/test$file.text", payload: payload)
        subject.headers["Date"] = "Fri, 24 May 2013 00:00:00 GMT"
        subject.headers["x-amz-storage-class"] = "REDUCED_REDUNDANCY"
        #expect(
            signed(subject).hasSuffix("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
        )
    }

    @Test func queries() {
        var lifecycle = subject("GET", "/")
        lifecycle.query = [("lifecycle", "")]
        #expect(signed(lifecycle).hasSuffix("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"))
        var list = subject("GET", "/")
        list.query = [("prefix", "J"), ("max-keys", "2")]
        #expect(signed(list).hasSuffix("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"))
    }

    @Test func aSignedURL() throws {
        let query = signature.presignedQuery(
            for: subject("GET", "/test.txt", payload: SignatureV4.unsignedPayload),
            seconds: 86400
        )
        #expect(
            query == "X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        )
    }

    @Test func theQueryIsSortedByItsEncodedBytes() {
        let query = SignatureV4.canonicalQuery([
            ("b", "1"), ("a~", "x y"), ("a-b", "ü"), ("a", "2"), ("a", "10"), ("B", ""),
        ])
        #expect(query == "B=&a=10&a=2&a-b=%C3%BC&a~=x%20y&b=1")
    }

    @Test func aSecretIsNeverShown() {
        let credentials = S3Credentials(accessKeyID: "AKID", secretAccessKey: "hidden-1", sessionToken: "hidden-2")
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped, "\([credentials])"] {
            #expect(!text.contains("hidden"))
        }
    }

    @Test(arguments: [("a%20b", "a b"), ("a+b%2B", "a b+"), ("%C3%BC", "ü"), ("", "")])
    func encodedKeysAreRead(text: String, key: String) {
        #expect(PercentEncoding.decode(text) == key)
    }

    @Test(arguments: ["%", "%4", "%zz", "%+1", "%ff"])
    func whatIsNotEncodedIsRefused(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
    }
}
