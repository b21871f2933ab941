import LanguageModels
import Testing

@Suite("Failures of models")
struct ModelFailureTests {
    @Test("A code names kind and detail, as metrics and records show it")
    func codes() {
        #expect(ModelFailure(.providerUnavailable(.refused), "x").code == "provider_unavailable.refused")
        #expect(ModelFailure(.malformedResponse(.noTerminal), "x").code == "malformed_response.noTerminal")
        #expect(ModelFailure(.processingError(.schemaRefused), "x").code == "processing_error.schemaRefused")
    }
}
