import FoundationEssentials

/// The device flow (RFC 8628), as a person sees it.
struct DeviceLogin: Sendable {
    /// The provider, as the gateway names it.
    let issuer: Wire.LoginWays.Issuer
    let console: Console

    /// Shows page and code, and waits for the person.
    ///
    /// - Throws: ``CommandFailure`` when it was refused or too late, ``RequestFailure``.
    func run() async throws -> StoredLogin {
        let clientID = issuer.deviceClientID ?? ""
        let provider = try await IdentityProvider.find(issuer.issuer, clientID: clientID)
        let authorization: IdentityProvider.DeviceAuthorization
        do {
            authorization = try await provider.authorizeDevice(scopes: issuer.scopes ?? ["openid"])
        } catch let refusal as IdentityProvider.Refusal {
            throw CommandFailure(.notAuthorised, "the provider refused to begin a login: \(refusal.text)")
        }
        show(authorization)
        let tokens = try await poll(provider, authorization)
        return StoredLogin(tokens, provider: .init(issuer: issuer.issuer, clientID: clientID), now: Date())
    }

    /// On standard error, so that standard output holds what a script wants.
    private func show(_ authorization: IdentityProvider.DeviceAuthorization) {
        let page = authorization.verificationUriComplete ?? authorization.verificationUri
        console.note("Open this page in a browser, on any device:\n")
        console.note("  \(printable(page))\n")
        console.note("and confirm there only if it shows this code:\n")
        console.note("  \(printable(authorization.userCode))\n")
        let minutes = max(1, authorization.expiresIn / 60)
        console.note("Waiting, \(minutes) minute\(minutes == 1 ? "" : "s") at most; Ctrl-C gives up.")
    }

    private func poll(
        _ provider: IdentityProvider,
        _ authorization: IdentityProvider.DeviceAuthorization
    ) async throws -> IdentityProvider.Tokens {
        var polling = DevicePolling(
            interval: authorization.interval,
            lifetime: authorization.expiresIn,
            start: .now
        )
        var step = DevicePolling.Step.wait(polling.interval)
        while true {
            switch step {
            case .wait(let pause): try await Task.sleep(for: pause)
            case .end(let reason): throw CommandFailure(.notAuthorised, reason)
            }
            do {
                return try await provider.poll(authorization.deviceCode)
            } catch let refusal as IdentityProvider.Refusal {
                step = polling.next(after: refusal, at: .now)
            } catch let failure as RequestFailure where failure.isTransient {
                step = polling.next(afterOutageAt: .now)
            }
        }
    }
}
