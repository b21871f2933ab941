import Documents
import Testing

@testable import Gateway
@testable import Provenance

@Suite("Answers of registries and witnesses")
struct RegistryAnswerTests {
    private static let taken = #"{"errors":[{"source":"doi","title":"This DOI has already been taken"}]}"#

    @Test(
        "of a registry mean what DataCite's documents say",
        arguments: [
            (201, true, "{}", nil, .taken), (200, false, "{}", nil, .taken), (422, true, taken, nil, .exists),
            (404, false, "{}", nil, .unknown), (404, true, "{}", nil, .refused("HTTP 404")),
            (429, false, "{}", "7", .away("HTTP 429", seconds: 7)),
            (503, true, "<html>", nil, .away("HTTP 503", seconds: nil)),
            (
                422, false, #"{"errors":[{"source":"creators","title":"can't be\nblank"}]}"#, nil,
                .refused("HTTP 422: creators: can't be blank")
            ),
        ] as [(Int, Bool, String, String?, RegistryAnswer)]
    )
    func registry(status: Int, isNew: Bool, body: String, retryAfter: String?, expected: RegistryAnswer) {
        let answer = RegistryAnswer(status: status, body: Array(body.utf8), retryAfter: retryAfter, isNew: isNew)
        #expect(answer == expected)
    }

    @Test("leave a DOI that was minted minted, whatever comes later")
    func standing() {
        let new = DOIStanding(doi: "10.5072/x")
        let (refused, pause) = new.after(.refused("HTTP 401"), metadata: "a")
        #expect(refused.state == .failed && refused.reason == "HTTP 401" && pause == nil)
        let (away, rest) = new.after(.away("HTTP 503", seconds: 60), metadata: "a")
        #expect(away.state == .reserved && rest == .seconds(60))
        let (minted, none) = away.after(.taken, metadata: "a")
        #expect(minted.state == .minted && minted.sent == "a" && minted.reason == nil && none == nil)
        let (later, _) = minted.after(.refused("HTTP 422"), metadata: "b")
        #expect(later.state == .minted && later.sent == "a" && later.reason == "HTTP 422")
        #expect(minted.after(.unknown, metadata: "b").0.isKnown == false)
        var many = new
        for _ in 0..<40 { many = many.after(.away("", seconds: nil), metadata: "a").0 }
        #expect(many.after(.away("", seconds: nil), metadata: "a").pause == .seconds(3600))
    }

    @Test("of witnesses make the pauses longer, and tell a fork from one that is ahead")
    func witnesses() {
        let now = Timestamp(seconds: 1000)
        var standing = WitnessStanding(witness: "w")
        for seconds in [5, 10, 20, 40, 80, 160, 300, 300] {
            standing = AskWitness.next(standing, .refused("away", isGrave: false), 9, at: now)
            #expect(standing.restUntil == now + .seconds(seconds))
        }
        #expect(AskWitness.next(standing, .knows(size: 4), 9, at: now).size == 4)
        let ahead = AskWitness.next(WitnessStanding(witness: "w"), .knows(size: 12), 9, at: now)
        #expect(ahead.reason?.contains("old backup") == true && ahead.size == 0)
        var same = WitnessStanding(witness: "w")
        same.size = 9
        #expect(AskWitness.next(same, .knows(size: 9), 9, at: now).reason?.contains("forked") == true)
        let sizes = [CosignedSize(size: 9, witnesses: 1), .init(size: 7, witnesses: 2), .init(size: 5, witnesses: 2)]
        #expect(CosignedSize.best(sizes)?.size == 7)
    }
}
