/// How a stranger checks a record with public tools alone: OpenSSL, jq and coreutils.
package enum VerificationCommands {
    /// Checks the signature of `manifest.dsse.json` with the key in `key.pem` (DSSE 1.0.2, pre-authentication encoding).
    package static let signature = #"""
        jq -r .payload manifest.dsse.json | base64 -d > payload
        jq -r '.signatures[0].sig' manifest.dsse.json | base64 -d > signature
        type=$(jq -r .payloadType manifest.dsse.json)
        { printf 'DSSEv1 %d %s %d ' ${#type} "$type" $(stat -c %s payload); cat payload; } > signed
        openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in signed -sigfile signature
        """#

    /// Compares every file with the digest that was signed; many outputs are signed by their list.
    package static let outputs = #"""
        jq -r '.subject[] | .digest.sha256 + "  " + .name' payload | sha256sum -c
        if [ -e manifest-sha256.txt ]; then sha256sum -c manifest-sha256.txt; fi
        """#
}
