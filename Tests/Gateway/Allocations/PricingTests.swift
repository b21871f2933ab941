import Documents
import Testing

@testable import Gateway

@Suite("Pricing")
struct PricingTests {
    private let now = BudgetFixture.now
    private let researcher = Person(name: "anna", isAdmin: false)

    private func site(rates: ChargeRates = ChargeRates(), account: String? = nil) throws -> SiteConfiguration {
        var site = DecisionTests.site("one")
        site.chargeRates = rates
        site.account = account
        return site
    }

    private func books(_ allocations: Allocation...) -> Pricing.Books {
        Pricing.Books(
            isMetered: true,
            fundings: allocations.map { .init(project: BudgetFixture.project($0.project), allocation: $0) }
        )
    }

    private func price(
        _ yaml: String,
        _ books: Pricing.Books,
        rates: ChargeRates = ChargeRates(),
        account: String? = nil
    ) throws -> PricedManifest {
        try Pricing.price(
            try BudgetFixture.manifest("name: p\ncommand: 'true'\n" + yaml),
            at: try site(rates: rates, account: account),
            books: books,
            by: researcher,
            at: now
        )
    }

    private func refused(_ yaml: String, _ books: Pricing.Books, account: String? = nil) -> GatewayError? {
        #expect(throws: GatewayError.self) { try price(yaml, books, account: account) }
    }

    @Test("is nodes times walltime in whole minutes, times array tasks, times attempts, times the partition's rate")
    func worstCase() throws {
        let yaml = """
            resources: {nodes: 3, walltime: 00:30:01, partition: gpu}
            array: {tasks: 0-9}
            retries: 2
            """
        let rates = ChargeRates(partitions: ["gpu": ChargeRate(thousandths: 2500)])
        let priced = try price(yaml, books(BudgetFixture.allocation()), rates: rates)
        let expected = ServiceUnits(thousandthNodeSeconds: 3 * 31 * 60 * 10 * 3 * 2500)
        #expect(priced.price?.worstCase == expected)
        #expect(priced.manifest.project == "crab" && priced.manifest.resources.account == "tg-crab")
        // Where the site chooses the partition, the dearest one is reserved for.
        let anywhere = try price("resources: {walltime: 1h}", books(BudgetFixture.allocation()), rates: rates)
        #expect(anywhere.price?.rate == ChargeRate(thousandths: 2500))
    }

    @Test("refuses what nobody can pay for, and names the place in the manifest")
    func refusals() throws {
        let active = BudgetFixture.allocation()
        let cases: [(String, Pricing.Books, String)] = [
            ("", books(active), "/resources/walltime"),
            ("resources: {walltime: 1h, account: tg-other}", books(active), "/resources/account"),
            ("resources: {walltime: 1h}", books(), "/project"),
            ("project: else\nresources: {walltime: 1h}", books(active), "/project"),
            ("resources: {walltime: 1h}", books(active, BudgetFixture.allocation("veil")), "/project"),
            ("project: crab", .unmetered, "/project"),
            ("resources: {account: tg-other}", .unmetered, "/resources/account"),
        ]
        for (yaml, books, path) in cases {
            let error = try #require(refused(yaml, books, account: "tg-default"), "\(yaml)")
            #expect(error.kind == .invalidManifest && error.faults.map(\.path) == [path], "\(yaml)")
        }
        #expect(try price("resources: {account: TG-default}", .unmetered, account: "tg-default").price == nil)
    }

    @Test("tells why an allocation cannot be spent now, and whom to ask")
    func notNow() throws {
        let cases = [
            (BudgetFixture.allocation(from: now + .seconds(60)), "begins"),
            (BudgetFixture.allocation(until: now), "ended"), (BudgetFixture.allocation(isSuspended: true), "suspended"),
        ]
        for (allocation, word) in cases {
            let error = try #require(refused("resources: {walltime: 1h}", books(allocation)))
            #expect(error.kind == .outOfBudget && error.message.contains(word), "\(error)")
            #expect(error.message.contains("crab@example.org"))
        }
    }

    @Test("spends first what ends first, as long as it suffices")
    func order() throws {
        let hour = BudgetFixture.units("1")
        let rich = Balance(granted: hour, available: hour)
        let soon = BudgetFixture.allocation(until: now + .seconds(100))
        let soonAndRich = BudgetFixture.allocation(until: now + .seconds(200), balance: rich)
        let late = BudgetFixture.allocation(balance: rich)
        let chosen = try price("resources: {walltime: 1h}", books(late, soon, soonAndRich)).funding?.allocation
        #expect(chosen?.id == soonAndRich.id)
    }

    @Test("forecasts when nothing is left, or what expires unused")
    func forecast() {
        func forecast(available: String, month: String) -> BudgetForecast {
            let balance = Balance(granted: BudgetFixture.units(available), available: BudgetFixture.units(available))
            let allocation = BudgetFixture.allocation(
                from: now + .seconds(-90 * 86_400),
                until: now + .seconds(10 * 86_400),
                balance: balance
            )
            // As if it had been given long ago.
            return BudgetForecast(allocation, week: .zero, month: BudgetFixture.units(month), at: now + .seconds(0))
        }
        #expect(forecast(available: "100", month: "0").exhaustedAt == nil)
        #expect(forecast(available: "100", month: "0").expiresUnused == BudgetFixture.units("100"))
        let spent = forecast(available: "5", month: "30")
        #expect(spent.expiresUnused == .zero && (spent.exhaustedAt ?? now) > now)
        #expect(forecast(available: "0", month: "0").exhaustedAt == now)
    }
}
